#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "key_cache.h"

int cl_ed25519_verify(const uint8_t key[32], const uint8_t signature[64], const uint8_t *prefix,
                      size_t prefix_length, const uint8_t *message, size_t message_length) {
  return cl_ed25519_verify_by(cl_choose_ed25519(), key, signature, prefix, prefix_length, message,
                              message_length);
}

int cl_ed25519_verify_by(const cl_ed25519_engine *engine, const uint8_t key[32],
                         const uint8_t signature[64], const uint8_t *prefix, size_t prefix_length,
                         const uint8_t *message, size_t message_length) {
  return engine->verify(key, signature, prefix, prefix_length, message, message_length)
             ? CL_ED25519_VALID
             : CL_ED25519_INVALID;
}

static bool inside(size_t base_length, uint32_t offset, uint32_t length) {
  return offset <= base_length && length <= base_length - offset;
}

static bool in_range(size_t base_length, const cl_ed25519_item *items, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!inside(base_length, items[i].message_offset, items[i].message_length) ||
        !inside(base_length, items[i].signature_offset, 64) ||
        !inside(base_length, items[i].key_offset, 32)) {
      return false;
    }
  }
  return true;
}

static int verify_batch(const cl_ed25519_engine *engine, cl_ed25519_key_cache *cache,
                        const uint8_t *base, size_t base_length, const uint8_t *prefix,
                        size_t prefix_length, const cl_ed25519_item *items, size_t count,
                        uint8_t *verdicts) {
  if (count == 0) return CL_ED25519_VALID;
  if (verdicts == NULL) return CL_ED25519_BAD_RANGE;
  const size_t verdict_bytes = count / 8 + (count % 8 != 0);
  memset(verdicts, 0, verdict_bytes);
  if (base == NULL || items == NULL || (prefix == NULL && prefix_length != 0) ||
      !in_range(base_length, items, count)) {
    return CL_ED25519_BAD_RANGE;
  }
  int result = cl_ed25519_batch(engine, cache, base, prefix, prefix_length, items, count, verdicts);
  if (result < 0) memset(verdicts, 0, verdict_bytes);
  return result;
}

int cl_ed25519_verify_batch(const uint8_t *base, size_t base_length, const uint8_t *prefix,
                            size_t prefix_length, const cl_ed25519_item *items, size_t count,
                            uint8_t *verdicts) {
  return verify_batch(cl_choose_ed25519(), NULL, base, base_length, prefix, prefix_length, items,
                      count, verdicts);
}

int cl_ed25519_verify_batch_by(const cl_ed25519_engine *engine, const uint8_t *base,
                               size_t base_length, const uint8_t *prefix, size_t prefix_length,
                               const cl_ed25519_item *items, size_t count, uint8_t *verdicts) {
  return verify_batch(engine, NULL, base, base_length, prefix, prefix_length, items, count,
                      verdicts);
}

int cl_ed25519_verify_batch_cached(cl_ed25519_key_cache *cache, const uint8_t *base,
                                   size_t base_length, const uint8_t *prefix,
                                   size_t prefix_length, const cl_ed25519_item *items,
                                   size_t count, uint8_t *verdicts) {
  const cl_ed25519_engine *engine =
      cache != NULL ? cl_key_cache_engine(cache) : cl_choose_ed25519();
  return verify_batch(engine, cache, base, base_length, prefix, prefix_length, items, count,
                      verdicts);
}

int cl_ed25519_is_canonical_prime_order(const uint8_t key[32]) {
  point p;
  if (!point_decode(&p, key)) return 0;
  uint8_t encoded[32];
  fe_to_bytes(encoded, &p.Y);
  encoded[31] |= (uint8_t)(fe_is_odd(&p.X) << 7);
  if (memcmp(encoded, key, 32) != 0) return 0;  // y >= p, or a signed zero
  if (point_times_8_is_identity(&p)) return 0;
  // [L]P is the identity exactly when P has order 1 or L. L from its top bit down.
  static const uint64_t order[4] = {UINT64_C(0x5812631a5cf5d3ed), UINT64_C(0x14def9dea2f79cd6), 0,
                                    UINT64_C(0x1000000000000000)};
  affine_cached step;
  point_to_affine_cached(&step, &p);
  completed c;
  for (int bit = 251; bit >= 0; bit--) {
    point_double(&c, &p);
    point_complete(&p, &c);
    if (order[bit / 64] >> bit % 64 & 1) {
      point_add_affine(&c, &p, &step);
      point_complete(&p, &c);
    }
  }
  fe difference;
  fe_sub(&difference, &p.Y, &p.Z);
  return fe_is_zero(&p.X) && fe_is_zero(&difference);
}

// Signing goes to libsodium: constant time, long audited. sodium_init may be
// called from any thread, any number of times.

int cl_ed25519_secret_from_seed(const uint8_t seed[32], uint8_t secret[64]) {
  uint8_t key[32];
  if (sodium_init() < 0) {
    memset(secret, 0, 64);
    return -1;
  }
  return crypto_sign_seed_keypair(key, secret, seed);
}

int cl_ed25519_public_from_seed(const uint8_t seed[32], uint8_t key[32]) {
  uint8_t secret[64];
  int result = cl_ed25519_secret_from_seed(seed, secret);
  memcpy(key, secret + 32, 32);
  sodium_memzero(secret, sizeof secret);
  return result;
}

int cl_ed25519_sign(const uint8_t secret[64], const uint8_t *prefix, size_t prefix_length,
                    const uint8_t *message, size_t message_length, uint8_t signature[64]) {
  uint8_t stack[1024];
  memset(signature, 0, 64);
  size_t length;
  if (__builtin_add_overflow(prefix_length, message_length, &length)) return CL_ED25519_BAD_RANGE;
  uint8_t *joined = length <= sizeof stack ? stack : malloc(length);
  if (joined == NULL) return CL_ED25519_NO_MEMORY;
  if (prefix_length != 0) memcpy(joined, prefix, prefix_length);
  if (message_length != 0) memcpy(joined + prefix_length, message, message_length);
  crypto_sign_detached(signature, NULL, joined, length, secret);
  if (joined != stack) free(joined);
  return CL_ED25519_VALID;
}

void cl_ed25519_erase(void *secret, size_t length) { sodium_memzero(secret, length); }
