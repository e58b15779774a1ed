#ifndef CL_SHA256_CONSTANTS_H
#define CL_SHA256_CONSTANTS_H

#include <stdint.h>

// FIPS 180-4 §4.2.2 and §5.3.3.
extern const uint32_t cl_sha256_k[64] __attribute__((aligned(64)));
extern const uint32_t cl_sha256_initial[8];

#endif
