#if defined(__x86_64__)

#include <pthread.h>
#include <string.h>

#include "avx2_engine.h"
#include "portable.h"

// Pippenger's method with signed digits, four windows at a time: lane j of a group g is
// window 4·g + j of the same point, and each window has buckets of its own, so that the
// lanes never meet in one. Bucket 0 takes what digit 0 adds and is not looked at.

#define WIDTH_MIN 4
#define WIDTH_MAX 9

// Groups of four windows that hold a scalar below L with a carry bit, and a coefficient's
// magnitude: at most 0x8080…80, it has signed digits without a carry out of 128 bits.
#define LONG_GROUPS(width) (((254 + (width) - 1) / (width) + 3) / 4)
#define SHORT_GROUPS(width) (((128 + (width) - 1) / (width) + 3) / 4)
#define GROUPS_MAX (LONG_GROUPS(WIDTH_MIN) + SHORT_GROUPS(WIDTH_MIN))

typedef struct {
  int16_t lanes[4];
} group_digits;

#define BUCKETS_MAX ((1 << (WIDTH_MAX - 1)) + 1)

typedef struct {
  avx2_point buckets[4][BUCKETS_MAX];
  group_digits digits[];  // of keys and base point, group after group; then of nonces
} equation_memory;

// Up to this many signatures the portable sum is quicker.
#define PORTABLE_MAX 6

typedef struct {
  affine_cached keys[PORTABLE_MAX], nonces[PORTABLE_MAX];
  _Alignas(64) uint8_t rest[];
} portable_memory;

size_t avx2_sum_memory(size_t count) {
  size_t few = count < PORTABLE_MAX ? count : PORTABLE_MAX;
  size_t bytes = sizeof(portable_memory) + portable_sum_memory(few);
  if (count <= PORTABLE_MAX) return bytes;
  size_t many = sizeof(equation_memory) + (count + 1) * GROUPS_MAX * sizeof(group_digits);
  return many > bytes ? many : bytes;
}

// The width with the fewest field multiplications: 7 and the handling of a bucket for each
// addition, twice 9 or 10 for each bucket in the windows' sums.
static int best_width(size_t count) {
  int best = WIDTH_MIN;
  size_t least = SIZE_MAX;
  for (int width = WIDTH_MIN; width <= WIDTH_MAX; width++) {
    size_t long_groups = LONG_GROUPS(width), short_groups = SHORT_GROUPS(width);
    size_t cost = 8 * count * (long_groups + short_groups) +
                  20 * long_groups * ((size_t)1 << (width - 1));
    if (cost < least) {
      least = cost;
      best = width;
    }
  }
  return best;
}

static void recode(group_digits *digits, size_t stride, int groups, const uint64_t *a, int words,
                   int width, int negative) {
  int16_t own[4 * LONG_GROUPS(WIDTH_MIN)];
  scalar_radix(own, 4 * groups, a, words, width);
  for (int g = 0; g < groups; g++) {
    for (int j = 0; j < 4; j++) {
      int16_t digit = own[4 * g + j];
      digits[(size_t)g * stride].lanes[j] = negative ? (int16_t)-digit : digit;
    }
  }
}

AVX2_INLINE void pick(avx2_point *at[4], equation_memory *work, const group_digits *digits) {
  for (int j = 0; j < 4; j++) {
    int digit = digits->lanes[j];
    at[j] = &work->buckets[j][digit < 0 ? -digit : digit];
  }
}

// Adds each entry to the four buckets its digits name.
AVX2 static void add_to_buckets(equation_memory *work, const avx2_entry *entries,
                                const group_digits *digits, size_t count) {
  for (size_t i = 0; i < count; i++) {
    avx2_point *at[4];
    if (i + 1 < count) {
      pick(at, work, &digits[i + 1]);
      for (int j = 0; j < 4; j++) {
        __builtin_prefetch(at[j], 1);
        __builtin_prefetch(at[j]->limbs + 8, 1);
        __builtin_prefetch(at[j]->limbs + 16, 1);
      }
    }
    pick(at, work, &digits[i]);
    __m256i signs = _mm256_cvtepi16_epi64(_mm_loadl_epi64((const __m128i_u *)digits[i].lanes));
    point4 p;
    point4_load(&p, at);
    point4_add_entry(&p, &entries[i], _mm256_castsi256_pd(signs));
    point4_store(at, &p);
  }
}

AVX2 static void clear_buckets(equation_memory *work, int count) {
  static const avx2_point identity = {.limbs = {[5] = 1, [10] = 1}};
  for (int j = 0; j < 4; j++) {
    for (int b = 0; b <= count; b++) work->buckets[j][b] = identity;
  }
}

// out[j] = Σ b·buckets[j][b] by running sums from the top, four windows at a time.
AVX2 static void sum_buckets(point out[4], equation_memory *work, int count) {
  avx2_point *at[4];
  point4 running, sum, next;
  for (int j = 0; j < 4; j++) at[j] = &work->buckets[j][count];
  point4_load(&running, at);
  sum = running;
  for (int b = count - 1; b > 0; b--) {
    for (int j = 0; j < 4; j++) at[j]--;
    point4_load(&next, at);
    point4_add(&running, &next);
    point4_add(&sum, &running);
  }
  point4_store(at, &sum);
  for (int j = 0; j < 4; j++) avx2_to_point(&out[j], at[j]);
}

static pthread_once_t base_once = PTHREAD_ONCE_INIT;
static avx2_entry base_entry;

static void make_base(void) {
  uint8_t encoded[32];
  memset(encoded, 0x66, sizeof encoded);  // y = 4/5
  encoded[0] = 0x58;
  const uint8_t *encodings = encoded;
  uint8_t is_point;
  avx2_decode((uint8_t *)&base_entry, &is_point, &encodings, 1);
}

static void pippenger(point *out, const cl_ed25519_sum *sum, equation_memory *work) {
  const avx2_entry *keys = (const avx2_entry *)sum->keys;
  const avx2_entry *nonces = (const avx2_entry *)sum->nonces;
  const size_t count = sum->count;
  const int width = best_width(count), buckets = 1 << (width - 1);
  const int long_groups = LONG_GROUPS(width), short_groups = SHORT_GROUPS(width);
  group_digits *key_digits = work->digits;
  group_digits *nonce_digits = key_digits + (size_t)long_groups * (count + 1);
  for (size_t i = 0; i < count; i++) {
    uint64_t z[2];
    const int negative = coefficient_magnitude(z, &sum->nonce_scalars[i]);
    recode(key_digits + i, count + 1, long_groups, sum->key_scalars[i].w, 4, width, 0);
    recode(nonce_digits + i, count, short_groups, z, 2, width, negative);
  }
  recode(key_digits + count, count + 1, long_groups, sum->base.w, 4, width, 0);
  pthread_once(&base_once, make_base);

  point total = POINT_IDENTITY;
  completed c;
  for (int g = long_groups - 1; g >= 0; g--) {
    clear_buckets(work, buckets);
    const group_digits *digits = key_digits + (size_t)g * (count + 1);
    add_to_buckets(work, keys, digits, count);
    add_to_buckets(work, &base_entry, digits + count, 1);
    if (g < short_groups) {
      add_to_buckets(work, nonces, nonce_digits + (size_t)g * count, count);
    }
    point sums[4];
    sum_buckets(sums, work, buckets);
    for (int j = 3; j >= 0; j--) {
      for (int k = 0; k < width; k++) {
        point_double(&c, &total);
        point_complete(&total, &c);
      }
      cached step;
      point_to_cached(&step, &sums[j]);
      point_add(&c, &total, &step);
      point_complete(&total, &c);
    }
  }
  *out = total;
}

// Few signatures: the portable sum over the same points.
static void portable(point *out, const cl_ed25519_sum *sum, portable_memory *work) {
  cl_ed25519_sum same = *sum;
  for (size_t i = 0; i < sum->count; i++) {
    avx2_to_affine_cached(&work->keys[i], &((const avx2_entry *)sum->keys)[i]);
    avx2_to_affine_cached(&work->nonces[i], &((const avx2_entry *)sum->nonces)[i]);
  }
  same.keys = (const uint8_t *)work->keys;
  same.nonces = (const uint8_t *)work->nonces;
  portable_add_up(out, &same, work->rest);
}

AVX2 void avx2_add_up(point *out, const cl_ed25519_sum *sum, void *memory) {
  if (sum->count <= PORTABLE_MAX) {
    portable(out, sum, memory);
  } else {
    const unsigned saved = avx2_enter();
    pippenger(out, sum, memory);
    avx2_leave(saved);
  }
}

#endif
