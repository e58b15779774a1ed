#include "scalar.h"

#include <string.h>

typedef unsigned __int128 wide;

static const uint64_t ORDER[4] = {UINT64_C(0x5812631a5cf5d3ed), UINT64_C(0x14def9dea2f79cd6), 0,
                                  UINT64_C(0x1000000000000000)};

// ⌊2^512 / L⌋
static const uint64_t BARRETT[5] = {UINT64_C(0xed9ce5a30a2c131b), UINT64_C(0x2106215d086329a7),
                                    UINT64_C(0xffffffffffffffeb), UINT64_C(0xffffffffffffffff),
                                    0xf};

// out[0 ..< n+m] = a[0 ..< n]·b[0 ..< m]
static inline void multiply(uint64_t *out, const uint64_t *a, int n, const uint64_t *b, int m) {
  memset(out, 0, 8 * (size_t)(n + m));
  for (int i = 0; i < n; i++) {
    uint64_t carry = 0;
    for (int j = 0; j < m; j++) {
      wide t = (wide)a[i] * b[j] + out[i + j] + carry;
      out[i + j] = (uint64_t)t;
      carry = (uint64_t)(t >> 64);
    }
    out[i + m] = carry;
  }
}

// a −= b over n words; returns the borrow.
static inline uint64_t subtract(uint64_t *a, const uint64_t *b, int n) {
  uint64_t borrow = 0;
  for (int i = 0; i < n; i++) {
    wide t = (wide)a[i] - b[i] - borrow;
    a[i] = (uint64_t)t;
    borrow = (uint64_t)(t >> 64) & 1;
  }
  return borrow;
}

static inline int less(const uint64_t *a, const uint64_t *b, int n) {
  for (int i = n - 1; i >= 0; i--) {
    if (a[i] != b[i]) return a[i] < b[i];
  }
  return 0;
}

// Barrett reduction (Handbook of Applied Cryptography, 14.42) with b = 2^64, k = 4.
static void reduce(scalar *out, const uint64_t x[8]) {
  uint64_t estimate[10], product[9];
  static const uint64_t order5[5] = {UINT64_C(0x5812631a5cf5d3ed), UINT64_C(0x14def9dea2f79cd6), 0,
                                     UINT64_C(0x1000000000000000), 0};
  multiply(estimate, x + 3, 5, BARRETT, 5);
  multiply(product, estimate + 5, 5, ORDER, 4);
  uint64_t r[5];
  memcpy(r, x, sizeof r);
  subtract(r, product, 5);  // modulo 2^320: 0 <= r < 3L
  while (!less(r, order5, 5)) subtract(r, order5, 5);
  memcpy(out->w, r, sizeof out->w);
}

void scalar_from_bytes(scalar *out, const uint8_t bytes[32]) { memcpy(out->w, bytes, 32); }

int scalar_is_canonical(const scalar *a) { return less(a->w, ORDER, 4); }

void scalar_reduce_bytes(scalar *out, const uint8_t bytes[64]) {
  uint64_t x[8];
  memcpy(x, bytes, 64);
  reduce(out, x);
}

void scalar_mul_128(scalar *out, const uint64_t z[2], const scalar *a) {
  uint64_t x[8] = {0};
  multiply(x, a->w, 4, z, 2);
  reduce(out, x);
}

// out = −a mod L, a below L.
static void negate(scalar *out, const scalar *a) {
  uint64_t difference[4];
  memcpy(difference, ORDER, sizeof ORDER);
  subtract(difference, a->w, 4);
  memcpy(out->w, difference, sizeof out->w);
  if (!scalar_is_canonical(out)) memset(out, 0, sizeof *out);  // −0 = L − 0
}

void scalar_scale(scalar *out, const coefficient *z, const scalar *a) {
  uint64_t magnitude[2];
  const int negative = coefficient_magnitude(magnitude, z);
  scalar_mul_128(out, magnitude, a);
  if (negative) negate(out, out);
}

void scalar_sum_add(scalar_sum *sum, const coefficient *z, const scalar *a) {
  uint64_t product[7], magnitude[2], carry = 0;
  const int negative = coefficient_magnitude(magnitude, z);
  multiply(product, a->w, 4, magnitude, 2);
  product[6] = 0;
  if (negative) {
    subtract(sum->w, product, 7);
    return;
  }
  for (int i = 0; i < 7; i++) {
    wide t = (wide)sum->w[i] + product[i] + carry;
    sum->w[i] = (uint64_t)t;
    carry = (uint64_t)(t >> 64);
  }
}

void scalar_sum_negate(scalar *out, const scalar_sum *sum) {
  uint64_t x[8] = {0};
  if (sum->w[6] >> 63) {  // a negative sum: its magnitude is what is asked for
    subtract(x, sum->w, 7);
    reduce(out, x);
  } else {
    memcpy(x, sum->w, sizeof sum->w);
    reduce(out, x);
    negate(out, out);
  }
}

static inline int bit_length(const uint64_t *a, int n) {
  for (int i = n - 1; i >= 0; i--) {
    if (a[i] != 0) return 64 * i + 64 - __builtin_clzll(a[i]);
  }
  return 0;
}

static inline void shift_left(uint64_t *out, const uint64_t *a, int n, int bits) {
  int words = bits / 64, rest = bits % 64;
  for (int i = n - 1; i >= 0; i--) {
    uint64_t high = i - words >= 0 ? a[i - words] : 0;
    uint64_t low = i - words - 1 >= 0 ? a[i - words - 1] : 0;
    out[i] = rest == 0 ? high : high << rest | low >> (64 - rest);
  }
}

void scalar_halve(uint64_t e[2], uint64_t d[2], int *sign, const scalar *a) {
  // r0 ≡ ±t0·a and r1 ≡ ±t1·a (mod L), the signs opposite; each round is one
  // division step r0 mod r1 by shifted subtractions. t1 <= L/r0 throughout.
  uint64_t rows[2][4], factors[2][4] = {{0, 0, 0, 0}, {1, 0, 0, 0}};
  memcpy(rows[0], ORDER, sizeof ORDER);
  memcpy(rows[1], a->w, sizeof a->w);
  uint64_t *r0 = rows[0], *r1 = rows[1], *t0 = factors[0], *t1 = factors[1];
  int negative = 0;
  int length0 = 253, length1 = bit_length(r1, 4);
  while (length1 > 127) {
    while (length0 >= length1) {
      uint64_t shifted[4];
      int shift = length0 - length1;
      shift_left(shifted, r1, 4, shift);
      if (less(r0, shifted, 4)) {
        if (shift == 0) break;
        shift--;
        shift_left(shifted, r1, 4, shift);
      }
      subtract(r0, shifted, 4);
      shift_left(shifted, t1, 4, shift);
      uint64_t carry = 0;
      for (int i = 0; i < 4; i++) {
        wide t = (wide)t0[i] + shifted[i] + carry;
        t0[i] = (uint64_t)t;
        carry = (uint64_t)(t >> 64);
      }
      length0 = bit_length(r0, 4);
    }
    uint64_t *swap = r0;
    r0 = r1;
    r1 = swap;
    swap = t0;
    t0 = t1;
    t1 = swap;
    int length = length0;
    length0 = length1;
    length1 = length;
    negative ^= 1;
  }
  memcpy(e, r1, 16);
  memcpy(d, t1, 16);
  *sign = negative;
}

int scalar_wnaf(int8_t digits[SCALAR_DIGITS_MAX], const uint64_t *a, int words, int width) {
  memset(digits, 0, SCALAR_DIGITS_MAX);
  const int bits = 64 * words;
  const uint64_t mask = (UINT64_C(1) << width) - 1;
  uint64_t carry = 0;
  int used = 0;
  for (int position = 0; position < bits;) {
    int word = position / 64, bit = position % 64;
    uint64_t window = a[word] >> bit;
    if (bit != 0 && word + 1 < words) window |= a[word + 1] << (64 - bit);
    window = (window & mask) + carry;
    if ((window & 1) == 0) {
      position++;
      continue;
    }
    carry = window >> (width - 1) & 1;
    digits[position] = (int8_t)((int64_t)window - (int64_t)(carry << width));
    used = position + 1;
    position += width;
  }
  if (carry != 0) {
    digits[bits] = 1;
    used = bits + 1;
  }
  return used;
}

void scalar_radix(int16_t *digits, int count, const uint64_t *a, int words, int width) {
  const uint64_t mask = (UINT64_C(1) << width) - 1;
  const int64_t half = INT64_C(1) << (width - 1);
  int64_t carry = 0;
  for (int i = 0; i < count; i++) {
    int position = width * i, word = position / 64, bit = position % 64;
    uint64_t window = word < words ? a[word] >> bit : 0;
    if (bit != 0 && word + 1 < words) window |= a[word + 1] << (64 - bit);
    int64_t digit = (int64_t)(window & mask) + carry;
    carry = digit > half;
    digits[i] = (int16_t)(digit - (carry << width));
  }
}
