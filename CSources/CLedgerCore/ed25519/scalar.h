#ifndef CL_SCALAR_H
#define CL_SCALAR_H

#include <stdint.h>

// Scalars modulo L = 2^252 + 27742317777372353535851937790883648493, the order
// of the base point, in four little-endian 64-bit words. Variable time.

typedef struct {
  uint64_t w[4];
} scalar;

// The random factor of one signature in the batch equation: a signed number of 128
// bits in two's complement, −2^127 <= z < 2^127. Any 128 random bits are one, and
// no two are the same modulo L. Signed, its digits need no window for a last carry.
typedef struct {
  uint64_t w[2];
} coefficient;

// A sum of products of a coefficient and a scalar, in two's complement: 448 bits
// hold 2^64 of them.
typedef struct {
  uint64_t w[7];
} scalar_sum;

// Writes |z|, at most 2^127; returns 1 when z is negative.
static inline int coefficient_magnitude(uint64_t out[2], const coefficient *z) {
  const int negative = (int)(z->w[1] >> 63);
  const uint64_t flip = 0 - (uint64_t)negative;
  out[0] = (z->w[0] ^ flip) + (uint64_t)negative;
  out[1] = (z->w[1] ^ flip) + (uint64_t)(negative && out[0] == 0);
  return negative;
}

// The longest signed-digit form below: 256 bits and one carry.
#define SCALAR_DIGITS_MAX 257

// Reads 32 little-endian bytes, any value.
void scalar_from_bytes(scalar *out, const uint8_t bytes[32]);

// 1 when a < L.
int scalar_is_canonical(const scalar *a);

// out = the 64 little-endian bytes modulo L, below L.
void scalar_reduce_bytes(scalar *out, const uint8_t bytes[64]);

// out = z·a mod L, z of 128 bits.
void scalar_mul_128(scalar *out, const uint64_t z[2], const scalar *a);

// out = z·a mod L, a below L; the two may be the same scalar.
void scalar_scale(scalar *out, const coefficient *z, const scalar *a);

// sum += z·a.
void scalar_sum_add(scalar_sum *sum, const coefficient *z, const scalar *a);

// out = −sum mod L.
void scalar_sum_negate(scalar *out, const scalar_sum *sum);

// Writes a = (sign ? −e : e)/d mod L with 0 <= e < 2^127 and 0 < d < 2^127;
// `a` is below L. (Euclid's algorithm on (L, a), stopped half-way: Antipa et al.,
// "Accelerated Verification of ECDSA Signatures", SAC 2005.)
void scalar_halve(uint64_t e[2], uint64_t d[2], int *sign, const scalar *a);

// Width-w non-adjacent form: odd digits |digit| < 2^(w−1), at most one in any w
// neighbours, a = Σ digit[i]·2^i over `words` words of `a`, at most 4. 2 <= width
// <= 8. Returns the number of digits up to the highest non-zero one.
int scalar_wnaf(int8_t digits[SCALAR_DIGITS_MAX], const uint64_t *a, int words, int width);

// Signed digits in radix 2^width, least significant first: −2^(width−1) <= digit
// <= 2^(width−1), a = Σ digit[i]·2^(width·i). 2 <= width <= 12; writes `count`
// digits, which must cover the value's bits and one more.
void scalar_radix(int16_t *digits, int count, const uint64_t *a, int words, int width);

#endif
