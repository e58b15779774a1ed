#ifndef CL_SHA256_SHANI_NODES_H
#define CL_SHA256_SHANI_NODES_H

#if defined(__x86_64__)
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

// A state as the SHA instructions hold it: words f, e, b, a and h, g, d, c, the
// lowest first.
typedef struct {
  __m128i abef, cdgh;
} cl_sha256_halves;

// From this many nodes on, the table of the last byte's schedules (64 KiB) is worth
// fetching into the caches.
#define CL_SHA256_LOOK_UP_MIN 48

// The schedules, constants added, of all blocks that end a message of 65 bytes, by
// its last byte.
const uint32_t (*cl_sha256_last_byte_schedules(void))[64];

// For i < count: the digest of a message of 65 bytes, whose first block has led to
// middles[i] and whose last byte is bytes[64 · i], into out + 32 · i. `out` may be
// where the messages are: a digest only comes to stand where all has been read.
void cl_sha256_last_bytes(const cl_sha256_halves *middles, const uint8_t *bytes, size_t count,
                          uint8_t *out);

// `level` of cl_sha256_shani.
void cl_sha256_shani_level(uint8_t tag, const uint8_t *pairs, size_t count, uint8_t *out);
#endif

#endif
