#ifndef CL_DIGEST_H
#define CL_DIGEST_H

#include <stddef.h>
#include <stdint.h>

// The digests that ICS-23 proofs may name besides SHA-256, for verifying proofs
// of other trees. Each call looks its algorithm up: not for hot paths.

#define CL_DIGEST_BYTES_MAX 64

#define CL_DIGEST_OK 0
// libcrypto on this machine does not provide the algorithm. Outputs are zeroed.
#define CL_DIGEST_UNAVAILABLE (-1)

typedef enum {
  CL_DIGEST_SHA512,
  CL_DIGEST_SHA512_256,
  CL_DIGEST_RIPEMD160,
  CL_DIGEST_BLAKE2B_512,
  CL_DIGEST_BLAKE2S_256,
  CL_DIGEST_KECCAK256,
} cl_digest_algorithm;

// Writes the digest of data[length] to out[CL_DIGEST_BYTES_MAX] and its length to
// *out_length. `data` may be NULL when `length` is 0. Safe from any thread.
int cl_digest(cl_digest_algorithm algorithm, const uint8_t *data, size_t length, uint8_t *out,
              size_t *out_length);

#endif
