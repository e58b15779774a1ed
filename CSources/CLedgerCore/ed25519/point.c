#include "point.h"

int point_times_8_is_identity(const point *a) {
  point p = *a;
  completed c;
  for (int k = 0; k < 3; k++) {
    point_double(&c, &p);
    point_complete_without_t(&p, &c);
  }
  fe difference;
  fe_sub(&difference, &p.Y, &p.Z);
  return fe_is_zero(&p.X) && fe_is_zero(&difference);
}

// x = u·v³·(u·v⁷)^((p − 5)/8) with u = y² − 1, v = d·y² + 1 is a square root of
// u/v, or of −u/v when √−1 times it is one, or there is none (RFC 8032 §5.1.3).
FE_INLINE int decode(point *out, const uint8_t *const *bytes, const int lanes) {
  fe u[2], v[2], uv3[2], uv7[2], root[2];
  for (int i = 0; i < lanes; i++) {
    fe v3;
    fe_from_bytes(&out[i].Y, bytes[i]);
    fe_sq(&u[i], &out[i].Y);
    fe_mul(&v[i], &u[i], &FE_D);
    fe_sub(&u[i], &u[i], &FE_ONE);
    fe_add(&v[i], &v[i], &FE_ONE);
    fe_sq(&v3, &v[i]);
    fe_mul(&v3, &v3, &v[i]);
    fe_mul(&uv3[i], &v3, &u[i]);
    fe_sq(&v3, &v3);
    fe_mul(&v3, &v3, &v[i]);
    fe_mul(&uv7[i], &v3, &u[i]);
  }
  fe_pow_p58(root, uv7, lanes);
  int decoded = 0;
  for (int i = 0; i < lanes; i++) {
    fe x, check, difference;
    fe_mul(&x, &root[i], &uv3[i]);
    fe_sq(&check, &x);
    fe_mul(&check, &check, &v[i]);
    fe_sub_wide(&difference, &check, &u[i]);
    if (!fe_is_zero(&difference)) {
      fe_add(&difference, &check, &u[i]);
      if (!fe_is_zero(&difference)) continue;
      fe_mul(&x, &x, &FE_SQRT_MINUS_1);
    }
    if (fe_is_odd(&x) != bytes[i][31] >> 7) {
      fe_sub(&x, &FE_ZERO, &x);
      fe_carry(&x, &x);
    }
    out[i].X = x;
    out[i].Z = FE_ONE;
    fe_mul(&out[i].T, &x, &out[i].Y);
    decoded |= 1 << i;
  }
  return decoded;
}

int point_decode(point *out, const uint8_t bytes[32]) { return decode(out, &bytes, 1); }

int point_decode_2(point out[2], const uint8_t *const bytes[2]) { return decode(out, bytes, 2); }

void point_odd_multiples(cached *out, int count, const point *a) {
  completed c;
  point p = *a, twice;
  cached step;
  point_double(&c, &p);
  point_complete(&twice, &c);
  point_to_cached(&step, &twice);
  point_to_cached(&out[0], &p);
  for (int i = 1; i < count; i++) {
    point_add(&c, &p, &step);
    point_complete(&p, &c);
    point_to_cached(&out[i], &p);
  }
}
