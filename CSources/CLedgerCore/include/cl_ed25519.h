#ifndef CL_ED25519_H
#define CL_ED25519_H

#include <stddef.h>
#include <stdint.h>

#include "cl_workers.h"

// Ed25519. Verification follows ZIP-215 on every path: a signature (R, S) of
// message M by key A is valid exactly when
//   - S, read as a little-endian integer, is below the group order L;
//   - A and R decode to curve points, where y >= p and "negative zero" x are
//     decoded too (as ZIP-215 says); points of small or mixed order are points;
//   - [8]([S]B − R − [k]A) is the identity, k = SHA512(R ‖ A ‖ M) mod L over the
//     bytes of R and A as they were given.
// One by one and batch verification give the same verdict on every input, up to a
// chance below 2^-115 for each 4,096 signatures: 2^-128 for each of the at most 8,191
// sums that a search for bad ones looks at. Verification handles public data only and
// takes variable time. All functions are safe to call from any thread; any alignment
// is fine; inputs must not change during a call; outputs overlap no input.
//
// The signed message is always prefix ‖ message. A prefix or message pointer
// may be NULL when its length is 0.

#define CL_ED25519_SEED_BYTES 32
#define CL_ED25519_SECRET_BYTES 64
#define CL_ED25519_KEY_BYTES 32
#define CL_ED25519_SIGNATURE_BYTES 64

#define CL_ED25519_VALID 0
#define CL_ED25519_INVALID 1
// An item reaches outside `base`, or a needed pointer is NULL.
#define CL_ED25519_BAD_RANGE (-1)
// No memory for the call's one scratch allocation.
#define CL_ED25519_NO_MEMORY (-2)
// The system's CSPRNG gave no coefficients.
#define CL_ED25519_NO_RANDOM (-3)

// One signature: offsets into one buffer.
typedef struct {
  uint32_t message_offset, message_length, signature_offset, key_offset;
} cl_ed25519_item;

// Verifies one signature: CL_ED25519_VALID or CL_ED25519_INVALID.
int cl_ed25519_verify(const uint8_t key[32], const uint8_t signature[64], const uint8_t *prefix,
                      size_t prefix_length, const uint8_t *message, size_t message_length);

// Verifies `count` signatures. Item i's message is
// prefix ‖ base[message_offset ..< +message_length], its signature the 64 bytes
// at signature_offset, its key the 32 bytes at key_offset; items may share or
// overlap bytes. `verdicts` has (count + 7) / 8 bytes: bit i % 8 of byte i / 8
// is 1 when item i is valid; bits past `count` are 0.
// Returns
//   CL_ED25519_VALID     every item is valid (also for count 0, which reads and
//                        writes nothing);
//   CL_ED25519_INVALID   at least one is not; the bitmap says which;
//   negative             the call was refused as named above; the bitmap is all
//                        zero and says nothing about any item.
// Memory: one allocation a call, below 4 MiB whatever `count` is. Time is bounded
// whatever the inputs: group equations over at most three times `count`
// signatures, and one single verification of each.
int cl_ed25519_verify_batch(const uint8_t *base, size_t base_length, const uint8_t *prefix,
                            size_t prefix_length, const cl_ed25519_item *items, size_t count,
                            uint8_t *verdicts);

// Decoded keys of senders, kept from batch to batch. It never changes a verdict. Any
// number of threads may use it; it is locked for a few microseconds in every 64
// signatures. Its memory is fixed when it is made; keys replace each other, the oldest
// of four first, chosen by a hash that is seeded from the system's CSPRNG.
typedef struct cl_ed25519_key_cache cl_ed25519_key_cache;

// A cache of at most `keys_max` keys (at least 4; rounded down to a power of two; up to
// 192 bytes each), for the chosen implementation. NULL without memory or randomness.
cl_ed25519_key_cache *cl_ed25519_new_key_cache(size_t keys_max);
void cl_ed25519_free_key_cache(cl_ed25519_key_cache *cache);

// Keys found and not found so far.
void cl_ed25519_key_cache_counts(cl_ed25519_key_cache *cache, uint64_t *hits, uint64_t *misses);

// cl_ed25519_verify_batch with a cache (NULL: without).
int cl_ed25519_verify_batch_cached(cl_ed25519_key_cache *cache, const uint8_t *base,
                                   size_t base_length, const uint8_t *prefix,
                                   size_t prefix_length, const cl_ed25519_item *items,
                                   size_t count, uint8_t *verdicts);

// The same, shared out to workers in pieces of at most 4,096 signatures when there
// are workers and 1,024 signatures or more; one allocation for each piece under way.
int cl_ed25519_verify_batch_on(cl_workers *workers, cl_ed25519_key_cache *cache,
                               const uint8_t *base, size_t base_length, const uint8_t *prefix,
                               size_t prefix_length, const cl_ed25519_item *items, size_t count,
                               uint8_t *verdicts);

// A key with its multiples, for many single verifications: 31 KB, or 102 KB where AVX2
// adds four of them at a time. Unchanging once made.
typedef struct cl_ed25519_prepared_key cl_ed25519_prepared_key;

// CL_ED25519_VALID and a new key in *out, to be freed; or *out = NULL with
// CL_ED25519_INVALID when `key` decodes to no point (no signature of it is valid) or
// CL_ED25519_NO_MEMORY.
int cl_ed25519_prepare_key(cl_ed25519_prepared_key **out, const uint8_t key[32]);
void cl_ed25519_free_prepared_key(cl_ed25519_prepared_key *key);

// cl_ed25519_verify with a prepared key.
int cl_ed25519_verify_prepared(const cl_ed25519_prepared_key *key, const uint8_t signature[64],
                               const uint8_t *prefix, size_t prefix_length,
                               const uint8_t *message, size_t message_length);

// The implementations: "avx512ifma", "avx2", "portable". All give the same verdict on
// every input. One is chosen at first use: the one that the environment variable
// ECO2_ED25519 names, else the first of these that the processor runs.
typedef struct cl_ed25519_engine cl_ed25519_engine;

// Writes the chosen implementation's name (a constant). 0, or -1 when ECO2_ED25519
// names none that this processor runs: a program says so and stops at its start
// (verification itself then goes on with "portable").
int cl_ed25519_engine_chosen(const char **name);

// The implementation of this name, or NULL when there is none or the processor does
// not run it; for tests and comparisons.
const cl_ed25519_engine *cl_ed25519_engine_named(const char *name);

// cl_ed25519_verify, _prepare_key, _verify_batch and _new_key_cache by a certain
// implementation; batches with that cache are verified by it too.
int cl_ed25519_verify_by(const cl_ed25519_engine *engine, const uint8_t key[32],
                         const uint8_t signature[64], const uint8_t *prefix, size_t prefix_length,
                         const uint8_t *message, size_t message_length);
int cl_ed25519_prepare_key_by(const cl_ed25519_engine *engine, cl_ed25519_prepared_key **out,
                              const uint8_t key[32]);
int cl_ed25519_verify_batch_by(const cl_ed25519_engine *engine, const uint8_t *base,
                               size_t base_length, const uint8_t *prefix, size_t prefix_length,
                               const cl_ed25519_item *items, size_t count, uint8_t *verdicts);
cl_ed25519_key_cache *cl_ed25519_new_key_cache_by(const cl_ed25519_engine *engine,
                                                  size_t keys_max);

// 1 when `key` is the canonical encoding of a point of order exactly L (what a
// consensus key must be), else 0.
int cl_ed25519_is_canonical_prime_order(const uint8_t key[32]);

// The public key of a 32-byte seed (RFC 8032 §5.1.5). 0, or -1 when libsodium
// cannot be started.
int cl_ed25519_public_from_seed(const uint8_t seed[32], uint8_t key[32]);

// secret[64] = seed ‖ public key: what cl_ed25519_sign takes. Results as above.
int cl_ed25519_secret_from_seed(const uint8_t seed[32], uint8_t secret[64]);

// Signs prefix ‖ message (RFC 8032 §5.1.6, deterministic, constant time).
// CL_ED25519_VALID, CL_ED25519_NO_MEMORY, or CL_ED25519_BAD_RANGE when the
// lengths overflow; on failure `signature` is zero.
int cl_ed25519_sign(const uint8_t secret[64], const uint8_t *prefix, size_t prefix_length,
                    const uint8_t *message, size_t message_length, uint8_t signature[64]);

// Overwrites secret bytes with zeros; never optimised away.
void cl_ed25519_erase(void *secret, size_t length);

#endif
