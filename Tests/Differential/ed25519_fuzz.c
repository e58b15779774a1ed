// libFuzzer target: `make fuzz`. The input writes a batch of signatures; every engine's verdicts on
// it, in the batch, one by one, with prepared keys and with a cache of keys, are the portable
// engine's single ones, and what libsodium accepts is accepted.
//
// An item of the input is an operation byte and what it needs; an input that ends gives zeros.
// Signatures that hold are made here, so that the fuzzer starts behind the hash.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cl_ed25519.h"
#include "odd_points.h"

#define BATCH_MAX 40
#define MESSAGE_MAX 255
#define ENGINES 3

static const char *const names[ENGINES] = {"portable", "avx2", "avx512ifma"};
static const cl_ed25519_engine *engines[ENGINES];
static cl_ed25519_key_cache *caches[ENGINES];

typedef struct {
  const uint8_t *bytes;
  size_t left;
} input;

static uint8_t take(input *in) {
  if (in->left == 0) return 0;
  in->left--;
  return *in->bytes++;
}

static void take_many(input *in, uint8_t *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = take(in);
}

typedef struct {
  uint8_t key[32], signature[64], message[MESSAGE_MAX];
} item;

static item batch[BATCH_MAX];
static cl_ed25519_item places[BATCH_MAX];

int LLVMFuzzerInitialize(int *count, char ***arguments) {
  (void)count, (void)arguments;
  if (sodium_init() < 0 || make_small_order() != 0) exit(2);
  for (int e = 0; e < ENGINES; e++) {
    engines[e] = cl_ed25519_engine_named(names[e]);
    if (engines[e] == NULL) continue;
    // Small, so that keys replace each other.
    caches[e] = cl_ed25519_new_key_cache_by(engines[e], 16);
    if (caches[e] == NULL) exit(2);
  }
  return 0;
}

// The next item; its message's length.
static uint8_t next(input *in, item *out) {
  static const uint8_t zeros[32];
  const uint8_t operation = take(in), length = take(in);
  take_many(in, out->message, length);
  if (operation % 8 == 0) {
    take_many(in, out->key, 32);
    take_many(in, out->signature, 64);
    return length;
  }
  // One of 8 keys, one of 4 nonces; shifted by small order where the operation is 7.
  uint8_t a[32] = {(uint8_t)(operation / 8 % 8 + 1)}, r[32] = {(uint8_t)(operation / 64 + 1)};
  const uint8_t torsion = operation % 8 == 7 ? take(in) : 0;
  sign_shifted(out->key, out->signature, a, r, torsion % 8, torsion / 8 % 8, out->message, length);
  switch (operation % 8) {
    case 2: {
      uint8_t *const bytes = out->key;
      const uint8_t at = take(in) % 96;
      bytes[at] ^= take(in);
      break;
    }
    case 3:
      edge_encoding(out->key, take(in) % EDGES);
      break;
    case 4:
      edge_encoding(out->signature, take(in) % EDGES);
      break;
    case 5:  // key and nonce of small order: S = 0 holds for every message
      edge_encoding(out->key, take(in) % EDGES);
      edge_encoding(out->signature, take(in) % EDGES);
      memcpy(out->signature + 32, zeros, 32);
      break;
    case 6:
      for (int i = take(in) % 16; i >= 0; i--) shift_scalar(out->signature + 32, order);
      break;
    default:
      break;
  }
  return length;
}

static void fail(const char *what, const char *name, size_t index) {
  fprintf(stderr, "%s differs on %s, item %zu\n", name, what, index);
  abort();
}

static void compare(const char *what, const char *name, int code, const uint8_t *bitmap,
                    const uint8_t *expected, size_t count) {
  int all = 1;
  for (size_t i = 0; i < count; i++) {
    if ((bitmap[i / 8] >> i % 8 & 1) != expected[i]) fail(what, name, i);
    all &= expected[i];
  }
  if (code != (all ? CL_ED25519_VALID : CL_ED25519_INVALID)) fail(what, name, count);
}

static int prepared(const cl_ed25519_engine *engine, const item *m, uint32_t length) {
  cl_ed25519_prepared_key *key;
  const int code = cl_ed25519_prepare_key_by(engine, &key, m->key);
  if (code != CL_ED25519_VALID) return 0;
  const int verdict =
      cl_ed25519_verify_prepared(key, m->signature, NULL, 0, m->message, length);
  cl_ed25519_free_prepared_key(key);
  return verdict == CL_ED25519_VALID;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  input in = {bytes, size};
  uint8_t expected[BATCH_MAX], bitmap[BATCH_MAX / 8];
  size_t count = 0;
  while (in.left > 0 && count < BATCH_MAX) {
    item *const m = &batch[count];
    const uint32_t at = (uint32_t)(count * sizeof(item)), length = next(&in, m);
    places[count] = (cl_ed25519_item){.key_offset = at, .signature_offset = at + 32,
                                      .message_offset = at + 96, .message_length = length};
    expected[count] = cl_ed25519_verify_by(engines[0], m->key, m->signature, NULL, 0, m->message,
                                           length) == CL_ED25519_VALID;
    if (!expected[count] &&
        crypto_sign_verify_detached(m->signature, m->message, length, m->key) == 0) {
      fail("what libsodium accepts", names[0], count);
    }
    count++;
  }
  const uint8_t *const base = (const uint8_t *)batch;
  for (int e = 0; e < ENGINES; e++) {
    if (engines[e] == NULL) continue;
    int code = cl_ed25519_verify_batch_by(engines[e], base, sizeof batch, NULL, 0, places, count,
                                          bitmap);
    compare("the batch", names[e], code, bitmap, expected, count);
    code = cl_ed25519_verify_batch_cached(caches[e], base, sizeof batch, NULL, 0, places, count,
                                          bitmap);
    compare("the batch with a cache", names[e], code, bitmap, expected, count);
    for (size_t i = 0; i < count; i++) {
      const item *const m = &batch[i];
      const int alone = cl_ed25519_verify_by(engines[e], m->key, m->signature, NULL, 0, m->message,
                                             places[i].message_length) == CL_ED25519_VALID;
      if (alone != expected[i]) fail("one alone", names[e], i);
    }
    // Preparing a key takes as long as a hundred verifications.
    if (count > 0 && prepared(engines[e], &batch[0], places[0].message_length) != expected[0]) {
      fail("a prepared key", names[e], 0);
    }
  }
  return 0;
}
