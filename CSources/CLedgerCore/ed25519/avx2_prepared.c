#if defined(__x86_64__)

#include <pthread.h>

#include "avx2_engine.h"
#include "portable.h"

// Sums over prepared multiples. With the multiples of 2^(width·i)·P for every window i a
// product takes an addition for each digit and no doubling; additions go four at a time,
// each lane to a sum of its own. (Brickell, Gordon, McCurley, Wilson, "Fast Exponentiation
// with Precomputation", 1992.)

// Windows that hold a scalar below L with a carry bit.
#define WINDOWS(width) ((254 + (width) - 1) / (width))

#define KEY_WIDTH 5
#define KEY_WINDOWS WINDOWS(KEY_WIDTH)
#define KEY_MULTIPLES (1 << (KEY_WIDTH - 1))

#define FIXED_WIDTH 7
#define FIXED_WINDOWS WINDOWS(FIXED_WIDTH)
#define FIXED_MULTIPLES (1 << (FIXED_WIDTH - 1))

#define TERMS ((KEY_WINDOWS + FIXED_WINDOWS + 3) / 4 * 4)

// P, 2·P, … of each window's P = 2^(width·i)·A, window after window.
typedef struct {
  avx2_entry of_window[KEY_WINDOWS][KEY_MULTIPLES];
} key_multiples;

static avx2_entry base_multiples_of_window[FIXED_WINDOWS][FIXED_MULTIPLES];

// (y + x)/2 = (y − x)/2 = 1/2 = 2^254 − 9, d·x·y = 0.
static const avx2_entry identity_entry = {
    .limbs = {-9, 0, 0, 0, 0x1p50, -9, 0, 0, 0, 0x1p50}};

const size_t avx2_multiples_bytes = sizeof(key_multiples);

// Half of a loose element as signed limbs: |limb| <= 2^50, but limb 0 up to 19 more.
static void to_half_limbs(double out[5], const fe *a) {
  static const fe half = {{(UINT64_C(1) << 51) - 9, FE_MASK, FE_MASK, FE_MASK, FE_MASK >> 1}};
  uint8_t bytes[32];
  fe t;
  fe_mul(&t, a, &half);
  fe_to_bytes(bytes, &t);
  fe_from_bytes(&t, bytes);
  int64_t carry = 0, limbs[5];
  for (int i = 0; i < 5; i++) {
    limbs[i] = (int64_t)t.v[i] + carry;
    carry = limbs[i] > INT64_C(1) << 50;
    limbs[i] -= carry << 51;
  }
  limbs[0] += 19 * carry;
  for (int i = 0; i < 5; i++) out[i] = (double)limbs[i];
}

// out[i] = (i + 1)·a, i < count.
static void fill(avx2_entry *out, int count, const point *a) {
  point points[FIXED_MULTIPLES];
  affine_cached affine[FIXED_MULTIPLES];
  completed c;
  cached step;
  point_to_cached(&step, a);
  points[0] = *a;
  for (int i = 1; i < count; i++) {
    point_add(&c, &points[i - 1], &step);
    point_complete(&points[i], &c);
  }
  points_to_affine_cached(affine, points, count);
  for (int i = 0; i < count; i++) {
    to_half_limbs(out[i].sum, &affine[i].sum);
    to_half_limbs(out[i].difference, &affine[i].difference);
    to_half_limbs(out[i].product, &affine[i].product);
    out[i].limbs[15] = 0;
  }
}

static void fill_windows(avx2_entry *out, int windows, int width, const point *a) {
  const int count = 1 << (width - 1);
  point start = *a;
  completed c;
  for (int i = 0; i < windows; i++) {
    fill(out + (size_t)i * (size_t)count, count, &start);
    for (int k = 0; k < width; k++) {
      point_double(&c, &start);
      point_complete(&start, &c);
    }
  }
}

static pthread_once_t base_once = PTHREAD_ONCE_INIT;

static void fill_base(void) {
  fill_windows(base_multiples_of_window[0], FIXED_WINDOWS, FIXED_WIDTH, &POINT_BASE);
}

void avx2_make_multiples(uint8_t *out, const point *a) {
  key_multiples *key = (key_multiples *)out;
  pthread_once(&base_once, fill_base);
  fill_windows(key->of_window[0], KEY_WINDOWS, KEY_WIDTH, a);
}

typedef struct {
  const avx2_entry *entries[TERMS];
  int64_t signs[TERMS];  // negative: subtracted
} terms;

// Names the multiples that add up to a·P from index `at` on, and has them fetched.
static int name_multiples(terms *t, int at, const avx2_entry *of_window, int windows, int width,
                          const scalar *a) {
  int16_t digits[KEY_WINDOWS];
  scalar_radix(digits, windows, a->w, 4, width);
  for (int i = 0; i < windows; i++) {
    const int digit = digits[i], size = digit < 0 ? -digit : digit;
    const avx2_entry *entry =
        digit == 0 ? &identity_entry : of_window + (((size_t)i << (width - 1)) + (size_t)size - 1);
    __builtin_prefetch(entry);
    __builtin_prefetch(entry->limbs + 8);
    t->entries[at + i] = entry;
    t->signs[at + i] = digit;
  }
  return at + windows;
}

AVX2 static void add_terms(avx2_point out[4], const terms *t) {
  point4 p;
  point4_set_identity(&p);
  for (int i = 0; i < TERMS; i += 4) {
    union {
      struct {
        fe4 sum, difference, product;
      };
      __m256d limbs[16];
    } entry;
    for (int k = 0; k < 16; k += 4) {
      avx2_load_rows(entry.limbs + k, t->entries[i]->limbs + k, t->entries[i + 1]->limbs + k,
                     t->entries[i + 2]->limbs + k, t->entries[i + 3]->limbs + k);
    }
    __m256d negative =
        _mm256_castsi256_pd(_mm256_loadu_si256((const __m256i_u *)(t->signs + i)));
    point4_add_affine(&p, &entry.sum, &entry.difference, &entry.product, negative);
  }
  avx2_point *const at[4] = {&out[0], &out[1], &out[2], &out[3]};
  point4_store(at, &p);
}

AVX2 void avx2_add_multiples(point *out, const uint8_t *multiples, const scalar *s,
                             const scalar *k) {
  const key_multiples *key = (const key_multiples *)multiples;
  const unsigned saved = avx2_enter();
  terms t;
  int used = name_multiples(&t, 0, key->of_window[0], KEY_WINDOWS, KEY_WIDTH, k);
  used = name_multiples(&t, used, base_multiples_of_window[0], FIXED_WINDOWS, FIXED_WIDTH, s);
  for (; used < TERMS; used++) {
    t.entries[used] = &identity_entry;
    t.signs[used] = 0;
  }
  avx2_point sums[4];
  add_terms(sums, &t);
  avx2_leave(saved);
  avx2_to_point(out, &sums[0]);
  for (int i = 1; i < 4; i++) {
    point other;
    cached step;
    completed c;
    avx2_to_point(&other, &sums[i]);
    point_to_cached(&step, &other);
    point_add(&c, out, &step);
    point_complete(out, &c);
  }
}

#endif
