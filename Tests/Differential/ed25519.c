// Every engine against the portable one: `make differential` (CASES, SEED).
//
// Signatures in batches of 1 … 300, from all good to all bad, are mutated in the ways
// that tell implementations apart, and each engine's bitmap is compared with the portable
// engine's single verdicts; so are those with a cache of keys, and of prepared keys. Ends with 1
// at the first difference, after saying what it was. A run is repeated by its seed but for
// the engines' own random coefficients.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cl_ed25519.h"
#include "driver.h"
#include "odd_points.h"

#define POOL 256
// Fewer than there are keys, so that keys replace each other.
#define CACHED_KEYS 128
#define BATCH_MAX 300
#define MESSAGE_MAX 200

typedef struct {
  uint8_t key[32], signature[64], message[MESSAGE_MAX];
  uint32_t length;
} signed_message;

static void require(int holds, const char *what) {
  if (holds) return;
  printf("cannot run: %s\n", what);
  exit(2);
}

// A signature that holds. With `torsion`, A and R have a part of small order, which the
// cofactor takes away; then also unreduced steps of the equation are told apart.
static void sign(signed_message *out, int torsion) {
  uint8_t a[32], r[32], seed[64];
  out->length = below(MESSAGE_MAX + 1);
  random_bytes(out->message, out->length);
  random_bytes(seed, 64);
  crypto_core_ed25519_scalar_reduce(a, seed);
  random_bytes(seed, 64);
  crypto_core_ed25519_scalar_reduce(r, seed);
  const uint32_t which = torsion ? below(8) : 0;
  sign_shifted(out->key, out->signature, a, r, which, which != 0 ? below(7) + 1 : 0, out->message,
               out->length);
}

static void edge(uint8_t out[32]) {
  if (below(4) == 0) {
    random_bytes(out, 32);
  } else {
    edge_encoding(out, below(EDGES));
  }
}

static void mutate(signed_message *m, const signed_message *other) {
  static const uint8_t one[32] = {1};
  uint8_t minus_one[32];
  switch (below(12)) {
    case 0:
      m->key[below(32)] ^= (uint8_t)(1 << below(8));
      break;
    case 1:
    case 2:
      m->signature[below(64)] ^= (uint8_t)(1 << below(8));
      break;
    case 3:
      if (m->length > 0) m->message[below(m->length)] ^= (uint8_t)(1 << below(8));
      break;
    case 4:
      shift_scalar(m->signature + 32, order);
      break;
    case 5:
      edge(m->key);
      break;
    case 6:
      edge(m->signature);
      break;
    case 7:  // a key and a nonce of small order: S = 0 holds for every message
      edge(m->key);
      edge(m->signature);
      memset(m->signature + 32, 0, 32);
      break;
    case 8:
      memcpy(m->signature, other->signature, 32);
      break;
    case 9:
      memcpy(m->signature + 32, other->signature + 32, 32);
      break;
    case 10:
      shift_scalar(m->signature + 32, one);
      break;
    default:
      memcpy(minus_one, order, 32);
      minus_one[0]--;
      shift_scalar(m->signature + 32, minus_one);
      if (m->signature[63] > 0x10) shift_scalar(m->signature + 32, one);
  }
}

static uint8_t bytes[BATCH_MAX * sizeof(signed_message)];
static cl_ed25519_item items[BATCH_MAX];
static uint8_t expected[BATCH_MAX], bitmap[BATCH_MAX / 8 + 1];

static void say(const char *name, const signed_message *m, size_t count, int verdict) {
  char key[65], signature[129], message[2 * MESSAGE_MAX + 1];
  printf("%s says %d in a batch of %zu:\n  key %s\n  signature %s\n  message %s\n", name, verdict,
         count, sodium_bin2hex(key, sizeof key, m->key, 32),
         sodium_bin2hex(signature, sizeof signature, m->signature, 64),
         sodium_bin2hex(message, sizeof message, m->message, m->length));
}

// One in 64 of the batch, each by a key prepared for the purpose.
static int same_prepared(const cl_ed25519_engine *engine, const char *name, size_t count) {
  for (size_t i = below(64); i < count; i += 64) {
    const signed_message *m = (const signed_message *)bytes + i;
    cl_ed25519_prepared_key *key;
    int verdict = 0;
    if (cl_ed25519_prepare_key_by(engine, &key, m->key) == CL_ED25519_VALID) {
      verdict = cl_ed25519_verify_prepared(key, m->signature, NULL, 0, m->message, m->length) ==
                CL_ED25519_VALID;
    }
    cl_ed25519_free_prepared_key(key);
    if (verdict == expected[i]) continue;
    printf("prepared: ");
    say(name, m, count, verdict);
    return 0;
  }
  return 1;
}

// The batch, every second one with the engine's cache of keys: each verdict, and what is returned.
static int same(const cl_ed25519_engine *engine, cl_ed25519_key_cache *cache, const char *name,
                size_t count) {
  const int cached = below(2) == 1;
  const int code = cached ? cl_ed25519_verify_batch_cached(cache, bytes, sizeof bytes, NULL, 0,
                                                           items, count, bitmap)
                          : cl_ed25519_verify_batch_by(engine, bytes, sizeof bytes, NULL, 0,
                                                       items, count, bitmap);
  int all = 1;
  for (size_t i = 0; i < count; i++) {
    const int verdict = bitmap[i / 8] >> i % 8 & 1;
    all &= expected[i];
    if (verdict == expected[i]) continue;
    if (cached) printf("with a cache: ");
    say(name, (const signed_message *)bytes + i, count, verdict);
    return 0;
  }
  if (code == (all ? CL_ED25519_VALID : CL_ED25519_INVALID)) return 1;
  printf("%s returns %d for a batch of %zu\n", name, code, count);
  return 0;
}

int main(int count, char **arguments) {
  const uint64_t cases = count > 1 ? strtoull(arguments[1], NULL, 10) : 1000000;
  state = count > 2 ? strtoull(arguments[2], NULL, 10) : 1;
  require(sodium_init() >= 0, "libsodium does not start");
  require(make_small_order() == 0, "points of small order are not added");
  const char *names[] = {"portable", "avx2", "avx512ifma"};
  const cl_ed25519_engine *engines[3];
  cl_ed25519_key_cache *caches[3];
  printf("engines:");
  for (int e = 0; e < 3; e++) {
    engines[e] = cl_ed25519_engine_named(names[e]);
    if (engines[e] == NULL) continue;
    printf(" %s", names[e]);
    caches[e] = cl_ed25519_new_key_cache_by(engines[e], CACHED_KEYS);
    require(caches[e] != NULL, "no memory for a cache of keys");
  }
  printf("; %llu signatures, seed %llu\n", (unsigned long long)cases, (unsigned long long)state);
  fflush(stdout);

  static signed_message pool[POOL];
  uint64_t done = 0, valid = 0, mutated = 0;
  while (done < cases) {
    if (done % (1 << 16) < BATCH_MAX) {
      for (int i = 0; i < POOL; i++) {
        sign(&pool[i], i % 4 == 0);
        require(cl_ed25519_verify_by(engines[0], pool[i].key, pool[i].signature, NULL, 0,
                                     pool[i].message, pool[i].length) == CL_ED25519_VALID,
                "a good signature is refused");
      }
    }
    static const uint32_t bad_of_1000[5] = {0, 5, 50, 500, 1000};
    const uint32_t bad = bad_of_1000[below(5)];
    const size_t batch = 1 + below(below(4) == 0 ? 8 : BATCH_MAX);
    signed_message *messages = (signed_message *)bytes;
    for (size_t i = 0; i < batch; i++) {
      messages[i] = pool[below(POOL)];
      expected[i] = 1;
      if (below(1000) < bad) {
        mutate(&messages[i], &pool[below(POOL)]);
        expected[i] = cl_ed25519_verify_by(engines[0], messages[i].key, messages[i].signature,
                                           NULL, 0, messages[i].message,
                                           messages[i].length) == CL_ED25519_VALID;
        mutated++;
      }
      valid += expected[i];
      const uint32_t at = (uint32_t)(i * sizeof(signed_message));
      items[i] = (cl_ed25519_item){.key_offset = at, .signature_offset = at + 32,
                                   .message_offset = at + 96,
                                   .message_length = messages[i].length};
    }
    for (int e = done % 64 == 0 ? 0 : 1; e < 3; e++) {
      if (engines[e] == NULL) continue;
      if (!same(engines[e], caches[e], names[e], batch)) return 1;
      if (!same_prepared(engines[e], names[e], batch)) return 1;
    }
    done += batch;
    say_progress("verdicts", done, cases);
  }
  printf("all the same: %llu signatures, %llu mutated, %llu valid\n", (unsigned long long)done,
         (unsigned long long)mutated, (unsigned long long)valid);
  return 0;
}
