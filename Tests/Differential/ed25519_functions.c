// Compares an implementation of Ed25519 verification with the portable one, function by
// function, on random, mutated and extreme inputs: which encodings are points, scalars
// modulo L, and the sums of multiples themselves, which says more than a verdict.
//
//   ed25519_functions [IMPLEMENTATION [CASES [SEED]]]     (Scripts/differential builds it)
//
// A case is one signature's worth: two encodings, one hash, one coefficient.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"
#include "ed25519/engine.h"
#include "odd_points.h"

#define BATCH_MAX 4096

// Mostly random; else close to 0 or 2^256, at an edge, or with a run of ones.
static void random_encoding(uint8_t out[32]) {
  random_bytes(out, 32);
  switch (random_word() % 32) {
    case 0:
      memset(out + 1, 0, 31);
      break;
    case 1:
      memset(out + 1, 0xff, 31);
      break;
    case 2:
      memset(out + 1, 0xff, 30);
      out[31] = 0x7f;
      break;
    case 3:
      edge_encoding(out, below(EDGES));
      break;
    case 4:
      memset(out + random_word() % 24, 0xff, 8);
      break;
    default:
      return;
  }
  out[31] ^= (uint8_t)(random_word() % 2 << 7);
}

static void random_hash(uint8_t out[64]) {
  random_bytes(out, 64);
  if (random_word() % 16 == 0) memset(out, random_word() % 2 ? 0xff : 0, 1 + random_word() % 64);
  if (random_word() % 16 == 0) memset(out + random_word() % 60, 0, 4);
}

static void random_coefficient(coefficient *out) {
  random_bytes(out, sizeof *out);
  const uint64_t kind = random_word() % 64;
  if (kind < 4) memset(out, kind % 2 ? 0xff : 0, sizeof *out);
  if (kind == 4) out->w[0] = out->w[1] = COEFFICIENT_OFFSET;
  if (kind == 5) out->w[0] = out->w[1] = COEFFICIENT_OFFSET - random_word() % 3;
}

static int same_point(const point *a, const point *b) {
  fe left, right, difference;
  const fe *const pairs[3][4] = {{&a->X, &b->Z, &b->X, &a->Z},
                                 {&a->Y, &b->Z, &b->Y, &a->Z},
                                 {&b->X, &b->Y, &b->T, &b->Z}};
  for (int i = 0; i < 3; i++) {
    fe_mul(&left, pairs[i][0], pairs[i][1]);
    fe_mul(&right, pairs[i][2], pairs[i][3]);
    fe_sub(&difference, &left, &right);
    if (!fe_is_zero(&difference)) return 0;
  }
  return 1;
}

typedef struct {
  const cl_ed25519_engine *engine;
  uint8_t *points, *keys, *nonces;
  uint8_t is_point[2 * BATCH_MAX];
  scalar scalars[BATCH_MAX];
  void *memory;
  point sum;
} side;

static void *allocate(size_t bytes) {
  void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (memory == NULL) exit(3);
  return memory;
}

static void start(side *s, const cl_ed25519_engine *engine) {
  s->engine = engine;
  s->points = allocate(2 * BATCH_MAX * engine->point_bytes);
  s->keys = allocate(BATCH_MAX * engine->point_bytes);
  s->nonces = allocate(BATCH_MAX * engine->point_bytes);
  s->memory = allocate(engine->sum_memory(engine->sum_max));
}

static uint8_t encodings[2 * BATCH_MAX][32];
static const uint8_t *places[2 * BATCH_MAX];
static uint8_t hashes[BATCH_MAX][64];
static coefficient coefficients[BATCH_MAX];

// Decodes and reduces `count` cases; the sum over those whose two encodings are points.
static void compute(side *s, size_t count, const scalar *base) {
  const size_t bytes = s->engine->point_bytes;
  size_t ready = 0;
  s->engine->decode(s->points, s->is_point, places, 2 * count);
  s->engine->reduce(s->scalars, (const uint8_t(*)[64])hashes, count);
  s->engine->scale(s->scalars, coefficients, count);
  for (size_t i = 0; i < count; i++) {
    if (!s->is_point[2 * i] || !s->is_point[2 * i + 1]) continue;
    memcpy(s->keys + ready * bytes, s->points + 2 * i * bytes, bytes);
    memcpy(s->nonces + ready * bytes, s->points + (2 * i + 1) * bytes, bytes);
    ready++;
  }
  const cl_ed25519_sum sum = {
      .count = ready,
      .keys = s->keys,
      .nonces = s->nonces,
      .key_scalars = s->scalars,
      .nonce_scalars = coefficients,
      .base = *base,
  };
  s->sum = POINT_IDENTITY;
  if (ready > 0) s->engine->add_up(&s->sum, &sum, s->memory);
}

static void fill(size_t count) {
  for (size_t i = 0; i < 2 * count; i++) {
    random_encoding(encodings[i]);
    // Most encodings that are none would be left out of the sum: half are tried again.
    point p;
    if (random_word() % 2 && !point_decode(&p, encodings[i])) random_encoding(encodings[i]);
    places[i] = encodings[i];
  }
  for (size_t i = 0; i < count; i++) {
    random_hash(hashes[i]);
    random_coefficient(&coefficients[i]);
  }
}

int main(int count, char **arguments) {
  const char *name = count > 1 ? arguments[1] : "avx512ifma";
  const unsigned long cases = count > 2 ? strtoul(arguments[2], NULL, 10) : 100000;
  state = count > 3 ? strtoul(arguments[3], NULL, 10) : 1;
  const cl_ed25519_engine *engine = cl_ed25519_engine_named(name);
  if (engine == NULL) {
    fprintf(stderr, "this processor runs no implementation called %s\n", name);
    return 2;
  }
  if (sodium_init() < 0 || make_small_order() != 0) {
    fprintf(stderr, "libsodium does not start, or does not add points of small order\n");
    return 3;
  }
  static side own, portable;
  start(&own, engine);
  start(&portable, cl_ed25519_engine_named("portable"));
  const size_t most = engine->sum_max < 2048 ? engine->sum_max : 2048;
  for (unsigned long done = 0; done < cases;) {
    const size_t part = 1 + random_word() % (random_word() % 4 == 0 ? most : 300);
    uint8_t hash[1][64];
    scalar base;
    fill(part);
    random_hash(hash[0]);
    cl_ed25519_reduce_each(&base, (const uint8_t(*)[64])hash, 1);
    compute(&own, part, &base);
    compute(&portable, part, &base);
    if (memcmp(own.is_point, portable.is_point, 2 * part) != 0 ||
        memcmp(own.scalars, portable.scalars, part * sizeof(scalar)) != 0 ||
        !same_point(&portable.sum, &own.sum)) {
      printf("%s differs from portable after %lu cases, in %zu\n", name, done, part);
      return 1;
    }
    done += part;
    say_progress(name, done, cases);
  }
  printf("%s and portable agree on %lu cases\n", name, cases);
  return 0;
}
