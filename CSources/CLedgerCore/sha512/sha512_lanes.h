#ifndef CL_SHA512_LANES_H
#define CL_SHA512_LANES_H

#include <stddef.h>
#include <stdint.h>

// SHA-512 (FIPS 180-4) of many messages at once, as Ed25519 verification asks:
//   out[i] = SHA512(nonce ‖ key ‖ prefix ‖ message) of in[i], for i < count.
// Lengths are bytes, each message's own; a prefix or message pointer may be NULL
// when its length is 0; any alignment; `out` overlaps no input; nothing is
// allocated; safe to call from any thread. All implementations give the same
// digests. An accelerated one may only be called on a processor that has it.

typedef struct {
  const uint8_t *nonce;  // 32 bytes: R
  const uint8_t *key;    // 32 bytes: A
  const uint8_t *prefix;
  const uint8_t *message;
  size_t prefix_length, message_length;
} cl_sha512_challenge;

// By the implementation that was chosen (cl_sha512.h).
void cl_sha512_challenges(const cl_sha512_challenge *in, size_t count, uint8_t (*out)[64]);

// One after the other, on any processor.
void cl_sha512_challenges_portable(const cl_sha512_challenge *in, size_t count,
                                   uint8_t (*out)[64]);

#if defined(__x86_64__)
// 1 when this processor, and the system it runs under, can.
int cl_sha512_has_avx512(void);
int cl_sha512_has_avx2(void);

// Eight messages at once.
void cl_sha512_challenges_avx512(const cl_sha512_challenge *in, size_t count,
                                 uint8_t (*out)[64]);
// Four at once.
void cl_sha512_challenges_avx2(const cl_sha512_challenge *in, size_t count, uint8_t (*out)[64]);
#endif

#endif
