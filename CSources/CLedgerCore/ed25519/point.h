#ifndef CL_POINT_H
#define CL_POINT_H

#include "fe51.h"

// Points of −x² + y² = 1 + d·x²·y² over p. The addition law is complete: every
// formula below holds for all pairs of curve points, those of small order too.
// (Hisil, Wong, Carter, Dawson, "Twisted Edwards Curves Revisited", 2008.)
// Coordinates are tight unless said otherwise.

// x = X/Z, y = Y/Z, x·y = T/Z.
typedef struct {
  fe X, Y, Z, T;
} point;

// What an addition needs of an affine point (Z = 1): y + x, y − x (loose), 2d·x·y.
typedef struct {
  fe sum, difference, product;
} affine_cached;

// The same of any point, with 2·Z.
typedef struct {
  fe sum, difference, product, twice_z;
} cached;

// A result before its last multiplications: X = E·F, Y = G·H, Z = F·G, T = E·H; loose.
typedef struct {
  fe E, F, G, H;
} completed;

static const fe FE_D = {
    {0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff}};
static const fe FE_2D = {
    {0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff}};
static const fe FE_SQRT_MINUS_1 = {
    {0x61b274a0ea0b0, 0x0d5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d}};
static const point POINT_BASE = {
    {{0x62d608f25d51a, 0x412a4b4f6592a, 0x75b7171a4b31d, 0x1ff60527118fe, 0x216936d3cd6e5}},
    {{0x6666666666658, 0x4cccccccccccc, 0x1999999999999, 0x3333333333333, 0x6666666666666}},
    {{1, 0, 0, 0, 0}},
    {{0x68ab3a5b7dda3, 0x00eea2a5eadbb, 0x2af8df483c27e, 0x332b375274732, 0x67875f0fd78b7}}};
static const point POINT_IDENTITY = {
    {{0, 0, 0, 0, 0}}, {{1, 0, 0, 0, 0}}, {{1, 0, 0, 0, 0}}, {{0, 0, 0, 0, 0}}};

FE_INLINE void point_complete(point *out, const completed *c) {
  fe_mul(&out->X, &c->E, &c->F);
  fe_mul(&out->Y, &c->G, &c->H);
  fe_mul(&out->Z, &c->F, &c->G);
  fe_mul(&out->T, &c->E, &c->H);
}

// For a doubling that follows: T is left as it was.
FE_INLINE void point_complete_without_t(point *out, const completed *c) {
  fe_mul(&out->X, &c->E, &c->F);
  fe_mul(&out->Y, &c->G, &c->H);
  fe_mul(&out->Z, &c->F, &c->G);
}

// out = 2·a; reads X, Y, Z.
FE_INLINE void point_double(completed *out, const point *a) {
  fe xx, yy, zz2, s;
  fe_sq(&xx, &a->X);
  fe_sq(&yy, &a->Y);
  fe_sq(&zz2, &a->Z);
  fe_add(&zz2, &zz2, &zz2);
  fe_add(&s, &a->X, &a->Y);
  fe_sq(&s, &s);
  fe_add(&out->H, &yy, &xx);
  fe_sub(&out->G, &yy, &xx);
  fe_sub_wide(&out->E, &s, &out->H);
  fe_sub_wide(&out->F, &zz2, &out->G);
}

FE_INLINE void point_sum(completed *out, const point *a, const fe *sum, const fe *difference,
                         const fe *product, const fe *z2, const int negate) {
  fe left, right, t;
  fe_sub(&left, &a->Y, &a->X);
  fe_add(&right, &a->Y, &a->X);
  fe_mul(&left, &left, negate ? sum : difference);
  fe_mul(&right, &right, negate ? difference : sum);
  fe_mul(&t, &a->T, product);
  fe_sub(&out->E, &right, &left);
  fe_add(&out->H, &right, &left);
  fe_sub(negate ? &out->G : &out->F, z2, &t);
  fe_add(negate ? &out->F : &out->G, z2, &t);
}

FE_INLINE void point_add_affine(completed *out, const point *a, const affine_cached *b) {
  fe z2;
  fe_add(&z2, &a->Z, &a->Z);
  point_sum(out, a, &b->sum, &b->difference, &b->product, &z2, 0);
}

FE_INLINE void point_sub_affine(completed *out, const point *a, const affine_cached *b) {
  fe z2;
  fe_add(&z2, &a->Z, &a->Z);
  point_sum(out, a, &b->sum, &b->difference, &b->product, &z2, 1);
}

FE_INLINE void point_add(completed *out, const point *a, const cached *b) {
  fe z2;
  fe_mul(&z2, &a->Z, &b->twice_z);
  point_sum(out, a, &b->sum, &b->difference, &b->product, &z2, 0);
}

FE_INLINE void point_sub(completed *out, const point *a, const cached *b) {
  fe z2;
  fe_mul(&z2, &a->Z, &b->twice_z);
  point_sum(out, a, &b->sum, &b->difference, &b->product, &z2, 1);
}

static inline void point_to_cached(cached *out, const point *a) {
  fe_add(&out->sum, &a->Y, &a->X);
  fe_sub(&out->difference, &a->Y, &a->X);
  fe_mul(&out->product, &a->T, &FE_2D);
  fe_add(&out->twice_z, &a->Z, &a->Z);
}

// From an affine point: Z = 1.
static inline void point_to_affine_cached(affine_cached *out, const point *a) {
  fe_add(&out->sum, &a->Y, &a->X);
  fe_sub(&out->difference, &a->Y, &a->X);
  fe_mul(&out->product, &a->T, &FE_2D);
}

static inline void point_negate(point *a) {
  fe_sub(&a->X, &FE_ZERO, &a->X);
  fe_carry(&a->X, &a->X);
  fe_sub(&a->T, &FE_ZERO, &a->T);
  fe_carry(&a->T, &a->T);
}

// 1 when 8·a is the identity, which is the same as: a has small order.
int point_times_8_is_identity(const point *a);

// Decodes 32 bytes as ZIP-215 says, to Z = 1: any y below 2^255 is taken modulo
// p, and x = 0 may carry the sign bit. Returns 1, or 0 when no such point exists.
int point_decode(point *out, const uint8_t bytes[32]);

// Decodes two at once, for less than twice the time. Bit i of the result: i decoded.
int point_decode_2(point out[2], const uint8_t *const bytes[2]);

// out[i] = (2·i + 1)·a, i < count.
void point_odd_multiples(cached *out, int count, const point *a);

#endif
