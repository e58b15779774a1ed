#ifndef CL_ED25519_PORTABLE_H
#define CL_ED25519_PORTABLE_H

#include <stddef.h>
#include <stdint.h>

#include "engine.h"
#include "point.h"
#include "scalar.h"

// A signature decoded and hashed, ready for the group equation.
typedef struct {
  affine_cached key;    // A
  affine_cached nonce;  // R
  scalar s;
  scalar k;  // SHA512(R ‖ A ‖ prefix ‖ message) mod L
} prepared;

// 1, or 0 when S >= L or A or R is no point: such a signature is invalid.
int prepare(prepared *out, const uint8_t *key, const uint8_t *signature, const uint8_t *prefix,
            size_t prefix_length, const uint8_t *message, size_t message_length);

// 1 when [8]([s]B − R − [k]A) is the identity.
int prepared_is_valid(const prepared *p);

// Up to this many signatures a sum is evaluated by Straus' method, above by
// Pippenger's.
#define STRAUS_MAX 96

// The portable engine's sum_memory and add_up; its decoded form is affine_cached.
size_t portable_sum_memory(size_t count);
void portable_add_up(point *out, const cl_ed25519_sum *sum, void *memory);

// And its multiples.
extern const size_t portable_multiples_bytes;
void portable_make_multiples(uint8_t *out, const point *a);
void portable_add_multiples(point *out, const uint8_t *multiples, const scalar *s,
                            const scalar *k);

// out[i] = points[i] affine, for 0 < count <= BASE_MULTIPLES.
void points_to_affine_cached(affine_cached *out, const point *points, int count);

// Odd multiples B, 3B, …, 127B of the base point, and of 2^128·B; made at first use.
#define BASE_WIDTH 8
#define BASE_MULTIPLES 64
typedef struct {
  affine_cached low[BASE_MULTIPLES], high[BASE_MULTIPLES];
} base_multiples;
const base_multiples *base_table(void);

// Odd multiples of other points: P, 3P, …, 15P.
#define POINT_WIDTH 5
#define POINT_MULTIPLES 8

// p = c completed, then p + digit·P from P's odd multiples; the result in c.
// Does nothing for digit 0.
FE_INLINE void add_multiple(completed *c, point *p, const cached *odd, int digit) {
  if (digit == 0) return;
  point_complete(p, c);
  if (digit > 0) {
    point_add(c, p, &odd[digit / 2]);
  } else {
    point_sub(c, p, &odd[-digit / 2]);
  }
}

FE_INLINE void add_affine_multiple(completed *c, point *p, const affine_cached *odd, int digit) {
  if (digit == 0) return;
  point_complete(p, c);
  if (digit > 0) {
    point_add_affine(c, p, &odd[digit / 2]);
  } else {
    point_sub_affine(c, p, &odd[-digit / 2]);
  }
}

// The odd multiples of a point in affine cached form.
static inline void odd_multiples_of_affine(cached out[POINT_MULTIPLES], const affine_cached *a) {
  completed c;
  point p;
  point_add_affine(&c, &POINT_IDENTITY, a);
  point_complete(&p, &c);
  point_odd_multiples(out, POINT_MULTIPLES, &p);
}

#endif
