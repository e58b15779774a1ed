#include <pthread.h>

#include "../sha512/sha512_lanes.h"
#include "portable.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the field and scalar code reads words little-endian"
#endif

static pthread_once_t table_once = PTHREAD_ONCE_INIT;
static base_multiples table;

static void fill(affine_cached out[BASE_MULTIPLES], const point *base) {
  completed c;
  cached step;
  point p = *base, twice;
  point_double(&c, &p);
  point_complete(&twice, &c);
  point_to_cached(&step, &twice);
  for (int i = 0; i < BASE_MULTIPLES; i++) {
    point affine;
    fe inverse;
    fe_invert(&inverse, &p.Z);
    fe_mul(&affine.X, &p.X, &inverse);
    fe_mul(&affine.Y, &p.Y, &inverse);
    fe_mul(&affine.T, &affine.X, &affine.Y);
    point_to_affine_cached(&out[i], &affine);
    point_add(&c, &p, &step);
    point_complete(&p, &c);
  }
}

static void make_table(void) {
  fill(table.low, &POINT_BASE);
  point high = POINT_BASE;
  completed c;
  for (int k = 0; k < 128; k++) {
    point_double(&c, &high);
    point_complete(&high, &c);
  }
  fill(table.high, &high);
}

const base_multiples *base_table(void) {
  pthread_once(&table_once, make_table);
  return &table;
}

int prepare(prepared *out, const uint8_t *key, const uint8_t *signature, const uint8_t *prefix,
            size_t prefix_length, const uint8_t *message, size_t message_length) {
  scalar_from_bytes(&out->s, signature + 32);
  if (!scalar_is_canonical(&out->s)) return 0;
  point decoded[2];
  const uint8_t *encoded[2] = {key, signature};
  if (point_decode_2(decoded, encoded) != 3) return 0;
  point_to_affine_cached(&out->key, &decoded[0]);
  point_to_affine_cached(&out->nonce, &decoded[1]);
  uint8_t hash[1][64];
  const cl_sha512_challenge challenge = {
      .nonce = signature,
      .key = key,
      .prefix = prefix,
      .message = message,
      .prefix_length = prefix_length,
      .message_length = message_length,
  };
  cl_sha512_challenges(&challenge, 1, hash);
  scalar_reduce_bytes(&out->k, hash[0]);
  return 1;
}

// With k = ±e/d mod L and d, e of half the length, the equation times d is
// [8]([d·s]B ∓ [e]A − [d]R) = 0: half the doublings. It is the same equation: 8
// times a point has order 1 or L, and 0 < d < L is invertible modulo L, so d·8P
// is the identity exactly when 8P is; and [8·d·k]A = [8·(±e)]A since 8A too has
// order 1 or L.
int prepared_is_valid(const prepared *item) {
  uint64_t e[2], d[2];
  int sign;
  scalar_halve(e, d, &sign, &item->k);
  scalar ds;
  scalar_mul_128(&ds, d, &item->s);
  int8_t low[SCALAR_DIGITS_MAX], high[SCALAR_DIGITS_MAX], key[SCALAR_DIGITS_MAX],
      nonce[SCALAR_DIGITS_MAX];
  int top = scalar_wnaf(low, ds.w, 2, BASE_WIDTH);
  int used = scalar_wnaf(high, ds.w + 2, 2, BASE_WIDTH);
  if (used > top) top = used;
  used = scalar_wnaf(key, e, 2, POINT_WIDTH);
  if (used > top) top = used;
  used = scalar_wnaf(nonce, d, 2, POINT_WIDTH);
  if (used > top) top = used;

  const base_multiples *base = base_table();
  cached keys[POINT_MULTIPLES], nonces[POINT_MULTIPLES];
  odd_multiples_of_affine(keys, &item->key);
  odd_multiples_of_affine(nonces, &item->nonce);
  point p = POINT_IDENTITY;
  completed c;
  for (int i = top - 1; i >= 0; i--) {
    point_double(&c, &p);
    add_affine_multiple(&c, &p, base->low, low[i]);
    add_affine_multiple(&c, &p, base->high, high[i]);
    add_multiple(&c, &p, keys, sign ? key[i] : -key[i]);
    add_multiple(&c, &p, nonces, -nonce[i]);
    point_complete_without_t(&p, &c);
  }
  return point_times_8_is_identity(&p);
}
