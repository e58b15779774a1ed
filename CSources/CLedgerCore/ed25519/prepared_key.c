#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../sha512/sha512_lanes.h"
#include "portable.h"

// A key known beforehand needs no decoding, and its multiples are there: with those of
// 2^32·A, 2^64·A, …, 2^224·A the equation takes 32 doublings. (Lim, Lee, "More Flexible
// Exponentiation with Precomputation", 1994.)
#define PARTS 8
#define PART_BITS 32
#define WIDTH 7
#define MULTIPLES 32

typedef struct {
  affine_cached odd[PARTS][MULTIPLES];  // P, 3P, …, 63P of each P = 2^(32·part)·A
} fixed_multiples;

const size_t portable_multiples_bytes = (sizeof(fixed_multiples) + 63) / 64 * 64;

// out[i] = points[i] affine: one inversion for all (Montgomery's trick).
void points_to_affine_cached(affine_cached *out, const point *points, int count) {
  fe products[BASE_MULTIPLES], inverse, own;
  products[0] = points[0].Z;
  for (int i = 1; i < count; i++) fe_mul(&products[i], &products[i - 1], &points[i].Z);
  fe_invert(&inverse, &products[count - 1]);
  for (int i = count - 1; i >= 0; i--) {
    if (i > 0) {
      fe_mul(&own, &inverse, &products[i - 1]);
      fe_mul(&inverse, &inverse, &points[i].Z);
    } else {
      own = inverse;
    }
    point affine = {.Z = FE_ONE};
    fe_mul(&affine.X, &points[i].X, &own);
    fe_mul(&affine.Y, &points[i].Y, &own);
    fe_mul(&affine.T, &affine.X, &affine.Y);
    point_to_affine_cached(&out[i], &affine);
  }
}

static void fill(fixed_multiples *out, const point *a) {
  point points[MULTIPLES], start = *a, twice;
  completed c;
  cached step;
  for (int part = 0; part < PARTS; part++) {
    points[0] = start;
    point_double(&c, &start);
    point_complete(&twice, &c);
    point_to_cached(&step, &twice);
    for (int i = 1; i < MULTIPLES; i++) {
      point_add(&c, &points[i - 1], &step);
      point_complete(&points[i], &c);
    }
    points_to_affine_cached(out->odd[part], points, MULTIPLES);
    for (int k = 0; k < PART_BITS; k++) {
      point_double(&c, &start);
      point_complete(&start, &c);
    }
  }
}

static pthread_once_t base_once = PTHREAD_ONCE_INIT;
static fixed_multiples base_parts;

static void fill_base(void) { fill(&base_parts, &POINT_BASE); }

void portable_make_multiples(uint8_t *out, const point *a) {
  pthread_once(&base_once, fill_base);
  fill((fixed_multiples *)out, a);
}

void portable_add_multiples(point *out, const uint8_t *multiples, const scalar *s,
                            const scalar *k) {
  const fixed_multiples *key = (const fixed_multiples *)multiples;
  int8_t base_digits[PARTS][SCALAR_DIGITS_MAX], key_digits[PARTS][SCALAR_DIGITS_MAX];
  int top = 0;
  for (int part = 0; part < PARTS; part++) {
    const uint64_t of_base = s->w[part / 2] >> part % 2 * PART_BITS & UINT32_MAX;
    const uint64_t of_key = k->w[part / 2] >> part % 2 * PART_BITS & UINT32_MAX;
    int used = scalar_wnaf(base_digits[part], &of_base, 1, WIDTH);
    if (used > top) top = used;
    used = scalar_wnaf(key_digits[part], &of_key, 1, WIDTH);
    if (used > top) top = used;
  }
  point p = POINT_IDENTITY;
  completed c = {FE_ZERO, FE_ONE, FE_ONE, FE_ONE};
  for (int i = top - 1; i >= 0; i--) {
    point_double(&c, &p);
    for (int part = 0; part < PARTS; part++) {
      add_affine_multiple(&c, &p, base_parts.odd[part], base_digits[part][i]);
      add_affine_multiple(&c, &p, key->odd[part], key_digits[part][i]);
    }
    if (i > 0) point_complete_without_t(&p, &c);
  }
  point_complete(out, &c);
}

struct cl_ed25519_prepared_key {
  const cl_ed25519_engine *engine;
  uint8_t encoding[32];
  _Alignas(64) uint8_t multiples[];  // of −A
};

int cl_ed25519_prepare_key_by(const cl_ed25519_engine *engine, cl_ed25519_prepared_key **out,
                              const uint8_t key[32]) {
  point a;
  *out = NULL;
  if (!point_decode(&a, key)) return CL_ED25519_INVALID;
  cl_ed25519_prepared_key *made = aligned_alloc(64, sizeof *made + *engine->multiples_bytes);
  if (made == NULL) return CL_ED25519_NO_MEMORY;
  made->engine = engine;
  memcpy(made->encoding, key, 32);
  point_negate(&a);
  engine->make_multiples(made->multiples, &a);
  *out = made;
  return CL_ED25519_VALID;
}

int cl_ed25519_prepare_key(cl_ed25519_prepared_key **out, const uint8_t key[32]) {
  return cl_ed25519_prepare_key_by(cl_choose_ed25519(), out, key);
}

void cl_ed25519_free_prepared_key(cl_ed25519_prepared_key *key) { free(key); }

int cl_ed25519_verify_prepared(const cl_ed25519_prepared_key *key, const uint8_t signature[64],
                               const uint8_t *prefix, size_t prefix_length,
                               const uint8_t *message, size_t message_length) {
  scalar s, k;
  point nonce, p;
  scalar_from_bytes(&s, signature + 32);
  if (!scalar_is_canonical(&s) || !point_decode(&nonce, signature)) return CL_ED25519_INVALID;
  uint8_t hash[1][64];
  const cl_sha512_challenge challenge = {
      .nonce = signature,
      .key = key->encoding,
      .prefix = prefix,
      .message = message,
      .prefix_length = prefix_length,
      .message_length = message_length,
  };
  cl_sha512_challenges(&challenge, 1, hash);
  scalar_reduce_bytes(&k, hash[0]);
  key->engine->add_multiples(&p, key->multiples, &s, &k);
  affine_cached r;
  completed c;
  point_to_affine_cached(&r, &nonce);
  point_sub_affine(&c, &p, &r);
  point_complete_without_t(&p, &c);
  return point_times_8_is_identity(&p) ? CL_ED25519_VALID : CL_ED25519_INVALID;
}
