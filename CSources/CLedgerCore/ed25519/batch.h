#ifndef CL_ED25519_BATCH_H
#define CL_ED25519_BATCH_H

#include "engine.h"

// cl_ed25519_verify_batch on this engine, for arguments that the face has checked:
// every item lies inside `base`, count > 0, `verdicts` is all zero.
// `cache` is NULL or of this engine.
int cl_ed25519_batch(const cl_ed25519_engine *engine, cl_ed25519_key_cache *cache,
                     const uint8_t *base, const uint8_t *prefix, size_t prefix_length,
                     const cl_ed25519_item *items, size_t count, uint8_t *verdicts);

#endif
