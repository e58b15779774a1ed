#if defined(__x86_64__)

#include "avx2_engine.h"

// (p + 1)/2 = 2^254 − 9
static const double half[5] = {-9, 0, 0, 0, 0x1p50};

// The limbs' one representation below p, unsigned, of a tight element.
AVX2_INLINE void freeze(__m256i out[5], const fe4 *a) {
  fe4_columns t;
  fe4_to_columns(&t, a);
  // With 2p added every limb is above 0 and below 2^52.4; after one carry around, limbs
  // are below 2^51 but for limb 0, below 2^51 + 19·4: the value is below 2p.
  t.v[0] = _mm256_add_epi64(t.v[0], fe4_word((UINT64_C(1) << 52) - 38));
  for (int i = 1; i < 5; i++) {
    t.v[i] = _mm256_add_epi64(t.v[i], fe4_word((UINT64_C(1) << 52) - 2));
  }
  const __m256i mask = fe4_word(FE4_MASK), nineteen = fe4_word(19);
  for (int i = 0; i < 4; i++) {
    t.v[i + 1] = _mm256_add_epi64(t.v[i + 1], _mm256_srli_epi64(t.v[i], 51));
    t.v[i] = _mm256_and_si256(t.v[i], mask);
  }
  __m256i wrapped = _mm256_mul_epu32(_mm256_srli_epi64(t.v[4], 51), nineteen);
  t.v[4] = _mm256_and_si256(t.v[4], mask);
  t.v[0] = _mm256_add_epi64(t.v[0], wrapped);
  // The quotient by p is 0 or 1: whether adding 19 reaches 2^255.
  __m256i q = _mm256_srli_epi64(_mm256_add_epi64(t.v[0], nineteen), 51);
  for (int i = 1; i < 5; i++) q = _mm256_srli_epi64(_mm256_add_epi64(t.v[i], q), 51);
  t.v[0] = _mm256_add_epi64(t.v[0], _mm256_mul_epu32(q, nineteen));
  for (int i = 0; i < 4; i++) {
    t.v[i + 1] = _mm256_add_epi64(t.v[i + 1], _mm256_srli_epi64(t.v[i], 51));
  }
  for (int i = 0; i < 5; i++) out[i] = _mm256_and_si256(t.v[i], mask);
}

// All ones in the lanes where an element, up to 2 tight, is 0.
AVX2_INLINE __m256d is_zero(const fe4 *a) {
  fe4 tight;
  __m256i t[5];
  fe4_tighten(&tight, a);
  freeze(t, &tight);
  __m256i any = _mm256_or_si256(_mm256_or_si256(t[0], t[1]), _mm256_or_si256(t[2], t[3]));
  any = _mm256_or_si256(any, t[4]);
  return _mm256_castsi256_pd(_mm256_cmpeq_epi64(any, _mm256_setzero_si256()));
}

// The 255 low bits of four encodings, not reduced; tight. Returns their sign bits, each at
// its lane's top.
AVX2_INLINE __m256d from_bytes(fe4 *out, const uint8_t *const bytes[4]) {
  __m256d rows[4];
  avx2_load_rows(rows, bytes[0], bytes[1], bytes[2], bytes[3]);
  const __m256i mask = fe4_word(FE4_MASK);
  __m256i w[4];
  for (int i = 0; i < 4; i++) w[i] = _mm256_castpd_si256(rows[i]);
#define JOINED(low, right, high, left) \
  _mm256_and_si256(_mm256_or_si256(_mm256_srli_epi64(low, right), _mm256_slli_epi64(high, left)), \
                   mask)
  fe4_columns t;
  t.v[0] = _mm256_and_si256(w[0], mask);
  t.v[1] = JOINED(w[0], 51, w[1], 13);
  t.v[2] = JOINED(w[1], 38, w[2], 26);
  t.v[3] = JOINED(w[2], 25, w[3], 39);
  t.v[4] = _mm256_and_si256(_mm256_srli_epi64(w[3], 12), mask);
#undef JOINED
  fe4_carry(out, &t);
  return _mm256_castsi256_pd(w[3]);
}

// Two chains interleave: one alone leaves the multipliers idle between its squarings.
#define EACH for (int i = 0; i < 2; i++)

AVX2 __attribute__((noinline)) static void square(fe4 t[2], int count) {
  fe4 a = t[0], b = t[1];
  for (int k = 0; k < count; k++) {
    fe4_sq(&a, &a);
    fe4_sq(&b, &b);
  }
  t[0] = a;
  t[1] = b;
}

AVX2 __attribute__((noinline)) static void multiply(fe4 out[2], const fe4 a[2], const fe4 b[2]) {
  EACH fe4_mul(&out[i], &a[i], &b[i]);
}

AVX2_INLINE void squared(fe4 out[2], const fe4 a[2], int count) {
  EACH out[i] = a[i];
  square(out, count);
}

// out = a^((p − 5)/8), by the chain of fe51.h.
AVX2 static void pow_p58(fe4 out[2], const fe4 a[2]) {
  fe4 x2[2], x5[2], x10[2], x50[2], x100[2], t[2];
  squared(x2, a, 1);
  squared(t, x2, 2);
  multiply(t, t, a);    // a^9
  multiply(x2, t, x2);  // a^11
  squared(x2, x2, 1);
  multiply(x5, x2, t);  // a^(2^5 − 1); x10, … likewise
  squared(t, x5, 5);
  multiply(x10, t, x5);
  squared(t, x10, 10);
  multiply(x50, t, x10);  // of 20
  squared(t, x50, 20);
  multiply(t, t, x50);  // of 40
  square(t, 10);
  multiply(x50, t, x10);
  squared(t, x50, 50);
  multiply(x100, t, x50);
  squared(t, x100, 100);
  multiply(t, t, x100);
  square(t, 50);
  multiply(t, t, x50);
  square(t, 2);
  multiply(out, t, a);
}

// The square roots as in point.c. Bit i of the result is 1 when encoding i is a point's;
// other entries are written too.
AVX2 static unsigned decode_8(avx2_entry out[8], const uint8_t *const bytes[8]) {
  const fe4 one = FE4_ONE, curve_d = fe4_broadcast(&FE_D);
  fe4 x[2], y[2], u[2], v[2], uv3[2], uv7[2], t[2];
  __m256d signs[2];
  EACH {
    signs[i] = from_bytes(&y[i], bytes + 4 * i);
    fe4_sq(&u[i], &y[i]);
    fe4_mul(&v[i], &u[i], &curve_d);
    fe4_sub(&u[i], &u[i], &one);
    fe4_add(&v[i], &v[i], &one);
    fe4_tighten(&v[i], &v[i]);
    fe4_tighten(&u[i], &u[i]);
    fe4_sq(&t[i], &v[i]);
    fe4_mul(&t[i], &t[i], &v[i]);
    fe4_mul(&uv3[i], &t[i], &u[i]);
    fe4_sq(&t[i], &t[i]);
    fe4_mul(&t[i], &t[i], &v[i]);
    fe4_mul(&uv7[i], &t[i], &u[i]);
  }
  pow_p58(t, uv7);
  unsigned decoded = 0;
  const fe4 root = fe4_broadcast(&FE_SQRT_MINUS_1);
  EACH {
    fe4 check, difference, other, product;
    fe4_mul(&x[i], &t[i], &uv3[i]);
    fe4_sq(&check, &x[i]);
    fe4_mul(&check, &check, &v[i]);
    fe4_sub(&difference, &check, &u[i]);
    __m256d square_root = is_zero(&difference);
    fe4_add(&difference, &check, &u[i]);
    __m256d other_root = is_zero(&difference);
    decoded |= (unsigned)_mm256_movemask_pd(_mm256_or_pd(square_root, other_root)) << 4 * i;
    fe4_mul(&other, &x[i], &root);
    for (int k = 0; k < 5; k++) {
      x[i].v[k] = _mm256_blendv_pd(other.v[k], x[i].v[k], square_root);
    }
    __m256i frozen[5];
    freeze(frozen, &x[i]);
    __m256d odd = _mm256_castsi256_pd(_mm256_slli_epi64(frozen[0], 63));
    __m256d flip = _mm256_and_pd(_mm256_xor_pd(odd, signs[i]), _mm256_set1_pd(-0.0));
    for (int k = 0; k < 5; k++) x[i].v[k] = _mm256_xor_pd(x[i].v[k], flip);

    const fe4 halved = fe4_constant(half[0], half[1], half[2], half[3], half[4]);
    union {
      struct {
        fe4 sum, difference, product;
      };
      __m256d limbs[16];
    } entry;
    fe4_add(&t[i], &y[i], &x[i]);
    fe4_mul(&entry.sum, &t[i], &halved);
    fe4_sub(&t[i], &y[i], &x[i]);
    fe4_mul(&entry.difference, &t[i], &halved);
    fe4_mul(&product, &x[i], &y[i]);
    fe4_mul(&entry.product, &product, &curve_d);
    entry.limbs[15] = _mm256_setzero_pd();
    for (int k = 0; k < 16; k += 4) {
      avx2_store_rows(out[4 * i].limbs + k, out[4 * i + 1].limbs + k, out[4 * i + 2].limbs + k,
                      out[4 * i + 3].limbs + k, entry.limbs + k);
    }
  }
  return decoded;
}

AVX2 void avx2_decode(uint8_t *out, uint8_t *is_point, const uint8_t *const *encodings,
                      size_t count) {
  const unsigned saved = avx2_enter();
  avx2_entry *entries = (avx2_entry *)out;
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const unsigned decoded = decode_8(entries + i, encodings + i);
    for (size_t j = 0; j < 8; j++) is_point[i + j] = decoded >> j & 1;
  }
  if (i < count) {
    avx2_entry last[8];
    const uint8_t *padded[8];
    for (size_t j = 0; j < 8; j++) padded[j] = encodings[i + j < count ? i + j : i];
    const unsigned decoded = decode_8(last, padded);
    for (size_t j = 0; i + j < count; j++) {
      entries[i + j] = last[j];
      is_point[i + j] = decoded >> j & 1;
    }
  }
  avx2_leave(saved);
}

#endif
