#ifndef CL_SHA512_H
#define CL_SHA512_H

#include <stddef.h>
#include <stdint.h>

#include "cl_sha256.h"

// SHA-512 (FIPS 180-4) serves Ed25519 verification, which hashes many messages at
// once. Implementations: "avx512" (eight at once), "avx2" (four), "evp" (libcrypto),
// equal in every digest. Chosen once, at first use: the one that ECO2_SHA512 names,
// else the first of these that the processor runs.
typedef struct cl_sha512_engine cl_sha512_engine;

// Writes the chosen implementation's name (a constant). 0, or -1 when ECO2_SHA512
// names none that this processor runs: a program says so and stops at its start
// ("evp" is in use then).
int cl_sha512_engine_chosen(const char **name);

// The implementation of this name, or NULL when there is none or the processor does
// not run it.
const cl_sha512_engine *cl_sha512_engine_named(const char *name);

#define CL_SHA512_OK 0
// A range is shorter than 64 bytes or reaches outside `base`.
#define CL_SHA512_BAD_RANGE (-1)
#define CL_SHA512_NO_MEMORY (-2)

// For comparison: out[64·i ..< 64·i+64] = SHA512(base[offset_i ..< +length_i]) for
// i < count, each message given in the pieces of a signature's challenge: 32 bytes,
// 32 bytes, `prefix_length` of what follows (or all of it), and the rest. Nothing is
// written unless 0 is returned.
int cl_sha512_messages_by(const cl_sha512_engine *engine, size_t prefix_length,
                          const uint8_t *base, size_t base_length,
                          const cl_sha256_range *ranges, size_t count, uint8_t *out);

#endif
