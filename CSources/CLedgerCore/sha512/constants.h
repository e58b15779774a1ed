#ifndef CL_SHA512_CONSTANTS_H
#define CL_SHA512_CONSTANTS_H

#include <stdint.h>

// FIPS 180-4 §4.2.3 and §5.3.5.
extern const uint64_t cl_sha512_k[80] __attribute__((aligned(64)));
extern const uint64_t cl_sha512_initial[8];

#endif
