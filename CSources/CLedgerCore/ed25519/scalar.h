#ifndef CL_SCALAR_H
#define CL_SCALAR_H

#include <stdint.h>

// Scalars modulo L = 2^252 + 27742317777372353535851937790883648493, the order
// of the base point, in four little-endian 64-bit words. Variable time.

typedef struct {
  uint64_t w[4];
} scalar;

// The random factor z of one signature in the batch equation: the 128-bit number in
// `w` less 0x8080…80. Any 128 random bits are one, and no two are the same modulo L.
// So offset, its bytes less 128 are its signed digits, |z| < 2^128, and no window is
// needed for a last carry.
typedef struct {
  uint64_t w[2];
} coefficient;

#define COEFFICIENT_OFFSET UINT64_C(0x8080808080808080)

// A sum of products of a coefficient and a scalar, in two's complement: 448 bits
// hold 2^64 of them.
typedef struct {
  uint64_t w[7];
} scalar_sum;

// Writes |z|, at most 0x8080…80; returns 1 when z is negative.
static inline int coefficient_magnitude(uint64_t out[2], const coefficient *z) {
  typedef unsigned __int128 wide;
  const wide offset = (wide)COEFFICIENT_OFFSET << 64 | COEFFICIENT_OFFSET;
  const wide given = (wide)z->w[1] << 64 | z->w[0];
  const int negative = given < offset;
  const wide magnitude = negative ? offset - given : given - offset;
  out[0] = (uint64_t)magnitude;
  out[1] = (uint64_t)(magnitude >> 64);
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
