#ifndef CL_ED25519_KEY_CACHE_H
#define CL_ED25519_KEY_CACHE_H

#include "engine.h"

// What the driver does with a cache, a block of keys at a time: it is locked once for
// each block it looks up and once for what that block adds.

// The most keys in one call of the functions below.
#define CL_KEY_CACHE_BLOCK 64

const cl_ed25519_engine *cl_key_cache_engine(const cl_ed25519_key_cache *cache);

// Looks `count` keys up: found[i] = 1 and the decoded point is copied to
// out + i·point_bytes, or found[i] = 0.
void cl_key_cache_find(cl_ed25519_key_cache *cache, const uint8_t *const *keys, size_t count,
                       uint8_t *out, uint8_t *found);

// Keeps the decoded points of `count` keys, each in the place of another when there is
// no room.
void cl_key_cache_keep(cl_ed25519_key_cache *cache, const uint8_t *const *keys,
                       const uint8_t *const *decoded, size_t count);

#endif
