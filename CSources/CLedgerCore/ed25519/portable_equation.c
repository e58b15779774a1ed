#include "portable.h"

// The batch equation: Straus' method with a table per point for few signatures,
// Pippenger's with a bucket per digit for many.

#define RADIX_WIDTH_MIN 5
#define RADIX_WIDTH_MAX 10
#define BUCKETS_MAX (1 << (RADIX_WIDTH_MAX - 1))

// Windows that hold a scalar below L, and a 128-bit one, each with a carry bit.
#define LONG_WINDOWS(width) ((254 + (width) - 1) / (width))
#define SHORT_WINDOWS(width) ((129 + (width) - 1) / (width))
#define LONG_WINDOWS_MAX LONG_WINDOWS(RADIX_WIDTH_MIN)
#define SHORT_WINDOWS_MAX SHORT_WINDOWS(RADIX_WIDTH_MIN)

typedef struct {
  cached keys[POINT_MULTIPLES], nonces[POINT_MULTIPLES];
  int8_t key_digits[SCALAR_DIGITS_MAX], nonce_digits[SCALAR_DIGITS_MAX];
} straus_item;

typedef struct {
  point buckets[BUCKETS_MAX];
  int16_t digits[];  // window after window, one digit per signature in each
} pippenger_memory;

size_t portable_sum_memory(size_t count) {
  size_t straus = (count < STRAUS_MAX ? count : STRAUS_MAX) * sizeof(straus_item);
  if (count <= STRAUS_MAX) return straus;
  size_t pippenger =
      sizeof(pippenger_memory) + 2 * count * (LONG_WINDOWS_MAX + SHORT_WINDOWS_MAX);
  return pippenger > straus ? pippenger : straus;
}

static void straus(point *out, const cl_ed25519_sum *sum, straus_item *work) {
  const affine_cached *key = (const affine_cached *)sum->keys;
  const affine_cached *nonce = (const affine_cached *)sum->nonces;
  const size_t count = sum->count;
  int8_t base_digits[SCALAR_DIGITS_MAX];
  int top = scalar_wnaf(base_digits, sum->base.w, 4, BASE_WIDTH);
  for (size_t i = 0; i < count; i++) {
    odd_multiples_of_affine(work[i].keys, &key[i]);
    odd_multiples_of_affine(work[i].nonces, &nonce[i]);
    int used = scalar_wnaf(work[i].key_digits, sum->key_scalars[i].w, 4, POINT_WIDTH);
    if (used > top) top = used;
    uint64_t z[2];
    const int negative = coefficient_magnitude(z, &sum->nonce_scalars[i]);
    used = scalar_wnaf(work[i].nonce_digits, z, 2, POINT_WIDTH);
    if (used > top) top = used;
    for (int d = 0; negative && d < used; d++) {
      work[i].nonce_digits[d] = (int8_t)-work[i].nonce_digits[d];
    }
  }
  const base_multiples *base = base_table();
  point p = POINT_IDENTITY;
  completed c = {FE_ZERO, FE_ONE, FE_ONE, FE_ONE};
  for (int bit = top - 1; bit >= 0; bit--) {
    point_double(&c, &p);
    add_affine_multiple(&c, &p, base->low, base_digits[bit]);
    for (size_t i = 0; i < count; i++) {
      add_multiple(&c, &p, work[i].keys, work[i].key_digits[bit]);
      add_multiple(&c, &p, work[i].nonces, work[i].nonce_digits[bit]);
    }
    point_complete_without_t(&p, &c);
  }
  point_complete(out, &c);
}

// The width with the fewest field multiplications: 7 a bucket addition, 9 and 9
// a bucket of each window's sum.
static int best_width(size_t count) {
  int best = RADIX_WIDTH_MIN;
  size_t least = SIZE_MAX;
  for (int width = RADIX_WIDTH_MIN; width <= RADIX_WIDTH_MAX; width++) {
    size_t long_windows = LONG_WINDOWS(width), short_windows = SHORT_WINDOWS(width);
    size_t cost = 7 * count * (long_windows + short_windows) +
                  18 * long_windows * ((size_t)1 << (width - 1));
    if (cost < least) {
      least = cost;
      best = width;
    }
  }
  return best;
}

static void recode(int16_t *digits, size_t count, size_t item, int windows, const uint64_t *a,
                   int words, int width, int negative) {
  int16_t own[LONG_WINDOWS_MAX];
  scalar_radix(own, windows, a, words, width);
  for (int w = 0; w < windows; w++) {
    digits[(size_t)w * count + item] = negative ? (int16_t)-own[w] : own[w];
  }
}

FE_INLINE void add_to_bucket(point *buckets, int digit, const affine_cached *a) {
  if (digit == 0) return;
  completed c;
  if (digit > 0) {
    point *bucket = &buckets[digit - 1];
    point_add_affine(&c, bucket, a);
    point_complete(bucket, &c);
  } else {
    point *bucket = &buckets[-digit - 1];
    point_sub_affine(&c, bucket, a);
    point_complete(bucket, &c);
  }
}

// total += Σ (i + 1)·buckets[i], by running sums from the top.
static void add_buckets(point *total, const point *buckets, int count) {
  completed c;
  cached step;
  point running = buckets[count - 1], sum = running;
  for (int i = count - 2; i >= 0; i--) {
    point_to_cached(&step, &buckets[i]);
    point_add(&c, &running, &step);
    point_complete(&running, &c);
    point_to_cached(&step, &running);
    point_add(&c, &sum, &step);
    point_complete(&sum, &c);
  }
  point_to_cached(&step, &sum);
  point_add(&c, total, &step);
  point_complete(total, &c);
}

static void pippenger(point *out, const cl_ed25519_sum *sum, pippenger_memory *work) {
  const affine_cached *key = (const affine_cached *)sum->keys;
  const affine_cached *nonce = (const affine_cached *)sum->nonces;
  const size_t count = sum->count;
  const int width = best_width(count), buckets = 1 << (width - 1);
  const int long_windows = LONG_WINDOWS(width), short_windows = SHORT_WINDOWS(width);
  int16_t *key_digits = work->digits;
  int16_t *nonce_digits = key_digits + (size_t)long_windows * count;
  for (size_t i = 0; i < count; i++) {
    uint64_t z[2];
    const int negative = coefficient_magnitude(z, &sum->nonce_scalars[i]);
    recode(key_digits, count, i, long_windows, sum->key_scalars[i].w, 4, width, 0);
    recode(nonce_digits, count, i, short_windows, z, 2, width, negative);
  }
  int16_t base_digits[LONG_WINDOWS_MAX];
  scalar_radix(base_digits, long_windows, sum->base.w, 4, width);
  const affine_cached *base_point = &base_table()->low[0];

  point total = POINT_IDENTITY;
  completed c;
  for (int w = long_windows - 1; w >= 0; w--) {
    for (int k = 0; k < width; k++) {
      point_double(&c, &total);
      point_complete(&total, &c);
    }
    for (int b = 0; b < buckets; b++) work->buckets[b] = POINT_IDENTITY;
    add_to_bucket(work->buckets, base_digits[w], base_point);
    const int16_t *digits = key_digits + (size_t)w * count;
    for (size_t i = 0; i < count; i++) add_to_bucket(work->buckets, digits[i], &key[i]);
    if (w < short_windows) {
      digits = nonce_digits + (size_t)w * count;
      for (size_t i = 0; i < count; i++) add_to_bucket(work->buckets, digits[i], &nonce[i]);
    }
    add_buckets(&total, work->buckets, buckets);
  }
  *out = total;
}

void portable_add_up(point *out, const cl_ed25519_sum *sum, void *memory) {
  if (sum->count <= STRAUS_MAX) {
    straus(out, sum, memory);
  } else {
    pippenger(out, sum, memory);
  }
}
