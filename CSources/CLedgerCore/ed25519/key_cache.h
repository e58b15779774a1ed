#ifndef CL_ED25519_KEY_CACHE_H
#define CL_ED25519_KEY_CACHE_H

#include "engine.h"

// What the driver does with a cache. Between `take` and `give_back` the cache is the
// caller's alone.

// 1, or 0 when another call has it: then do without.
int cl_key_cache_take(cl_ed25519_key_cache *cache);
void cl_key_cache_give_back(cl_ed25519_key_cache *cache);

const cl_ed25519_engine *cl_key_cache_engine(const cl_ed25519_key_cache *cache);

// Looks `count` keys up: found[i] = 1 and the decoded point is copied to
// out + i·point_bytes, or found[i] = 0.
void cl_key_cache_find(cl_ed25519_key_cache *cache, const uint8_t *const *keys, size_t count,
                       uint8_t *out, uint8_t *found);

// Keeps a decoded point for its key, in the place of another when there is no room.
void cl_key_cache_keep(cl_ed25519_key_cache *cache, const uint8_t key[32], const uint8_t *decoded);

#endif
