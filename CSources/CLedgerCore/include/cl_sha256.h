#ifndef CL_SHA256_H
#define CL_SHA256_H

#include <stddef.h>
#include <stdint.h>

// SHA-256 (FIPS 180-4) through one digest context per thread, made at the
// thread's first hash and freed at its exit.
//
// For every function here: lengths are bytes; a pointer may be NULL when its
// length is 0; any alignment is fine; safe to call from any thread. No result
// code: when libcrypto cannot provide SHA-256 (no memory, no provider) the
// process stops with a message, since nothing in it could be trusted further.

#define CL_SHA256_BYTES 32

// out[32] = SHA256(data). `out` may overlap `data`.
void cl_sha256(const uint8_t *data, size_t length, uint8_t *out);

// out[32] = SHA256(prefix ‖ data). `out` may overlap either.
void cl_sha256_2(const uint8_t *prefix, size_t prefix_length, const uint8_t *data,
                 size_t length, uint8_t *out);

// One level of a binary hash tree: for i < count,
//   out[32·i ..< 32·i+32] = SHA256(0x01 ‖ pairs[64·i ..< 64·i+64]).
// `pairs` holds left ‖ right of each node. `out` may be `pairs` itself (a level
// hashed in place); any other overlap is not allowed. RFC 6962 and ICS-23
// SmtSpec inner nodes alike.
void cl_sha256_inner_level(const uint8_t *pairs, size_t count, uint8_t *out);

// The same with tag 0x00 over SHA256(key) ‖ SHA256(value): ICS-23 SmtSpec leaves.
void cl_sha256_leaf_level(const uint8_t *pairs, size_t count, uint8_t *out);

// for i < count, out[32·i ...] = SHA256(0x00 ‖ base[offset_i ..< +length_i]):
// RFC 6962 leaf hashes of data given by offset into one buffer. The caller has
// checked the ranges against the buffer (cl_merkle.h does). `out` does not
// overlap `base`.
typedef struct {
  uint32_t offset, length;
} cl_sha256_range;
void cl_sha256_data_leaves(const uint8_t *base, const cl_sha256_range *ranges, size_t count,
                           uint8_t *out);

// Streaming. A stream belongs to one caller at a time and is independent of the
// thread's own context. `cl_sha256_stream_final` writes the digest of all bytes
// since the stream was made or last finalised, and starts it anew.
typedef struct cl_sha256_stream cl_sha256_stream;
cl_sha256_stream *cl_sha256_stream_new(void);
void cl_sha256_stream_update(cl_sha256_stream *stream, const uint8_t *data, size_t length);
void cl_sha256_stream_final(cl_sha256_stream *stream, uint8_t *out);
void cl_sha256_stream_free(cl_sha256_stream *stream);

#endif
