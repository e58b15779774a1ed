#ifndef CL_RANDOM_H
#define CL_RANDOM_H

#include <stddef.h>
#include <stdint.h>

// Fills out[0 ..< length] from the system's CSPRNG (getrandom(2), which blocks
// only until the kernel's pool is first seeded). `out` may be NULL when length
// is 0. Safe to call from any thread.
// Returns 0, or -errno when the kernel refuses: then `out` is all zero and must
// not be used.
int cl_random_bytes(uint8_t *out, size_t length);

#endif
