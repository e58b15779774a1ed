#ifndef CL_SHA256_H
#define CL_SHA256_H

#include <stddef.h>
#include <stdint.h>

// SHA-256 (FIPS 180-4): single messages, streams, and many messages or tree nodes
// in one call, which is where the processor's lanes are filled.
//
// For every function here: lengths are bytes; a pointer may be NULL when its
// length is 0; any alignment is fine; safe to call from any thread; nothing is
// allocated but libcrypto's context of a thread or stream. No result code: when
// libcrypto, where it is used, cannot provide SHA-256 (no memory, no provider) the
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

// A message within a buffer. The caller has checked it against the buffer
// (cl_merkle.h does).
typedef struct {
  uint32_t offset, length;
} cl_sha256_range;

// for i < count, out[32·i ..< 32·i+32] =
//   SHA256(prefix ‖ base[offset_i ..< offset_i+length_i]).
// Messages of any lengths, in any order, overlapping or not. `out` overlaps no
// input. Transaction ids, keys of the state tree and values go here.
void cl_sha256_messages(const uint8_t *prefix, size_t prefix_length, const uint8_t *base,
                        const cl_sha256_range *ranges, size_t count, uint8_t *out);

// The same with 0x00 for prefix: RFC 6962 leaf hashes.
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

// Implementations: "avx512", "shani", "avx2", "evp" (libcrypto), equal in every
// digest. Chosen once, at first use: the one that ECO2_SHA256 names, else the first
// of these that the processor runs. Streams always go through libcrypto.
typedef struct cl_sha256_engine cl_sha256_engine;

// Writes the chosen implementation's name (a constant). 0, or -1 when ECO2_SHA256
// names none that this processor runs: a program says so and stops at its start
// ("evp" is in use then).
int cl_sha256_engine_chosen(const char **name);

// The implementation of this name, or NULL when there is none or the processor does
// not run it.
const cl_sha256_engine *cl_sha256_engine_named(const char *name);

// cl_sha256_2, cl_sha256_inner_level with any tag, and cl_sha256_messages, by that
// implementation: for comparison.
void cl_sha256_by(const cl_sha256_engine *engine, const uint8_t *prefix, size_t prefix_length,
                  const uint8_t *data, size_t length, uint8_t *out);
void cl_sha256_level_by(const cl_sha256_engine *engine, uint8_t tag, const uint8_t *pairs,
                        size_t count, uint8_t *out);
void cl_sha256_messages_by(const cl_sha256_engine *engine, const uint8_t *prefix,
                           size_t prefix_length, const uint8_t *base,
                           const cl_sha256_range *ranges, size_t count, uint8_t *out);

#endif
