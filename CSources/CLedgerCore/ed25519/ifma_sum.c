#if defined(__x86_64__)

#include <string.h>

#include "ifma_point.h"
#include "portable.h"

// Pippenger's method with signed digits (Bernstein, Doumen, Lange, Oosterwijk,
// "Faster Batch Forgery Identification", 2012) in which each lane is a window of its
// own: eight windows of a scalar choose eight buckets, one in each lane's table, and
// one mixed addition adds the point to all eight. Windows come in groups of eight; a
// group's buckets stay in the second-level cache while the points stream by.

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512ifma,bmi2"))), \
    apply_to = function)

// Points are fetched this many ahead of their turn.
#define AHEAD 8
#define GROUPS_MAX 8  // of a 253-bit scalar, at width 4

typedef struct {
  int width;
  // Windows that hold a scalar below L, and a coefficient; their groups of eight.
  int key_windows, nonce_windows, key_groups, nonce_groups;
} shape;

// The widths that some count is quickest with: field multiplications of 12, 9 and 6
// additions a signature and of 64, 192 and 512 pairs of additions a sum.
static const shape shapes[] = {{4, 64, 32, 8, 4}, {6, 43, 22, 6, 3}, {8, 32, 16, 4, 2}};

static const shape *best_shape(size_t count) {
  return &shapes[count < 110 ? 0 : count < 280 ? 1 : 2];
}

static size_t bucket_count(const shape *s) { return 8 * (((size_t)1 << (s->width - 1)) + 1); }

static size_t digit_bytes(const shape *s, size_t count) {
  return 8 * (size_t)s->key_groups * (count + 1) + 8 * (size_t)s->nonce_groups * count;
}

size_t ifma_sum_memory(size_t count) {
  size_t most = 0;
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    const size_t bytes = sizeof(bucket) * bucket_count(&shapes[i]) + digit_bytes(&shapes[i], count);
    if (bytes > most) most = bytes;
  }
  return most;
}

// Adds words b to a, n words.
static inline void add_words(uint64_t *a, const uint64_t *b, int n) {
  unsigned char carry = 0;
  for (int i = 0; i < n; i++) {
    unsigned long long sum;
    carry = _addcarry_u64(carry, a[i], b[i], &sum);
    a[i] = sum;
  }
}

// Writes a's signed digits, least significant first, −2^(width−1) <= digit <=
// 2^(width−1), eight to a group; group g's lie at digits + g·stride. `a` of n words, in
// two's complement, is raised by half the radix in every window but the last, so that
// each digit is a field of bits less that half: eight fields are spread to bytes at a
// time, and the half is taken from each. (A digit of 2^7 would not fit its byte: the
// last window of width 8 never has one, see coefficient.)
static inline void recode(int8_t *digits, size_t stride, const uint64_t *a, int n,
                          const uint64_t half[5], int windows, int width) {
  uint64_t raised[5] = {0};
  memcpy(raised, a, 8 * (size_t)n);
  add_words(raised, half, n);
  const uint64_t each = UINT64_C(0x0101010101010101);
  const uint64_t fields = each * ((UINT64_C(1) << width) - 1);
  const uint64_t lift = each * (uint64_t)(128 - (1 << (width - 1)));
  const int last = windows - 1, top = width * last;
  for (int g = 0; 8 * g < windows; g++) {
    const int bit = 8 * width * g, word = bit / 64, shift = bit % 64;
    uint64_t bits = raised[word] >> shift;
    if (shift != 0) bits |= raised[word + 1] << (64 - shift);
    uint64_t bytes = (_pdep_u64(bits, fields) + lift) ^ (each << 7);
    if (8 * g + 7 >= last) {  // the last window is as it is, and none is behind it
      const int place = 8 * (last % 8);
      uint64_t field = raised[top / 64] >> top % 64;
      if (top % 64 != 0) field |= raised[top / 64 + 1] << (64 - top % 64);
      bytes &= (UINT64_C(1) << place) - 1;
      bytes |= (field & 255) << place;
    }
    memcpy(digits + (size_t)g * stride, &bytes, 8);
  }
}

// Half of the radix in every window but the last.
static void halves(uint64_t half[5], int windows, int width) {
  memset(half, 0, 40);
  for (int i = 0; i + 1 < windows; i++) {
    const int bit = width * i + width - 1;
    half[bit / 64] |= UINT64_C(1) << bit % 64;
  }
}

static void recode_all(int8_t *key_digits, int8_t *nonce_digits, const cl_ed25519_sum *sum,
                       const shape *s) {
  const size_t keys = sum->count + 1;
  uint64_t half[5];
  halves(half, s->key_windows, s->width);
  for (size_t i = 0; i < keys; i++) {
    const scalar *a = i < sum->count ? &sum->key_scalars[i] : &sum->base;
    recode(key_digits + 8 * i, 8 * keys, a->w, 4, half, s->key_windows, s->width);
  }
  halves(half, s->nonce_windows, s->width);
  static const uint64_t less_offset[3] = {0 - COEFFICIENT_OFFSET, ~COEFFICIENT_OFFSET,
                                          ~UINT64_C(0)};
  for (size_t i = 0; i < sum->count; i++) {
    uint64_t z[3] = {sum->nonce_scalars[i].w[0], sum->nonce_scalars[i].w[1], 0};
    add_words(z, less_offset, 3);
    recode(nonce_digits + 8 * i, 8 * sum->count, z, 3, half, s->nonce_windows, s->width);
  }
}

static void clear(bucket *buckets, size_t count) {
  static const bucket identity = {{[0] = 1, [5] = 1, [10] = 1}};
  for (size_t i = 0; i < count; i++) buckets[i] = identity;
}

// The buckets that eight digits choose, each in its lane's table.
FX_INLINE __mmask8 choose(uint64_t *at[8], bucket *buckets, const int8_t *digits, size_t lane) {
  const __m512i digit = _mm512_cvtepi8_epi64(_mm_loadl_epi64((const __m128i *)digits));
  const __m512i tables = _mm512_mullo_epi64(_mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7),
                                            fx_word(lane * sizeof(bucket)));
  const __m512i offset =
      _mm512_add_epi64(_mm512_mul_epu32(_mm512_abs_epi64(digit), fx_word(sizeof(bucket))), tables);
  _mm512_storeu_si512(at, _mm512_add_epi64(offset, fx_word((uint64_t)(uintptr_t)buckets)));
  return _mm512_movepi64_mask(digit);
}

FX_INLINE void prefetch(uint64_t *const at[8]) {
  for (int l = 0; l < 8; l++) {
    __builtin_prefetch(at[l], 1);
    __builtin_prefetch(at[l] + 8, 1);
    __builtin_prefetch(at[l] + 16, 1);
  }
}

// Adds each point to the buckets that its digits choose. Digit 0 has a bucket too,
// which nobody reads: cheaper than a branch.
static void fill(bucket *buckets, size_t lane, const ifma_affine *points, const int8_t *digits,
                 size_t count) {
  uint64_t *at[2][8];
  __mmask8 negative[2];
  if (count == 0) return;
  negative[0] = choose(at[0], buckets, digits, lane);
  for (size_t i = 0; i < count; i++) {
    const size_t now = i % 2, next = 1 - now;
    if (i + 1 < count) {
      negative[next] = choose(at[next], buckets, digits + 8 * (i + 1), lane);
      prefetch(at[next]);
      const ifma_affine *ahead = &points[i + AHEAD < count ? i + AHEAD : i];
      __builtin_prefetch(ahead);
      __builtin_prefetch(&ahead->difference[3]);
    }
    point8_store(at[now], point8_add_affine(point8_load(at[now]), &points[i], negative[now]));
  }
}

// Σ i·buckets[i] in each lane, by running sums from the top.
static point8 weigh(bucket *buckets, size_t lane) {
  const fx twice_d = fx_all(FE_2D.v);
  point8 running = point8_identity(), sum = running;
  for (size_t i = lane - 1; i > 0; i--) {
    uint64_t *at[8];
    for (size_t l = 0; l < 8; l++) at[l] = buckets[l * lane + i].words;
    running = point8_add(running, point8_load(at), twice_d);
    sum = point8_add(sum, running, twice_d);
  }
  return sum;
}

// The point whose Y − X, Y + X, Z and T are given, all coordinates doubled.
static void to_point(point *out, const uint64_t words[20]) {
  fe minus, plus;
  memcpy(minus.v, words, 40);
  memcpy(plus.v, words + 5, 40);
  memcpy(out->Z.v, words + 10, 40);
  memcpy(out->T.v, words + 15, 40);
  fe_sub(&out->X, &plus, &minus);
  fe_add(&out->Y, &plus, &minus);
  fe_add(&out->Z, &out->Z, &out->Z);
  fe_add(&out->T, &out->T, &out->T);
  fe_carry(&out->X, &out->X);
  fe_carry(&out->Y, &out->Y);
  fe_carry(&out->Z, &out->Z);
  fe_carry(&out->T, &out->T);
}

static const ifma_affine *base_point(ifma_affine *out) {
  const affine_cached *base = &base_table()->low[0];
  fe sum, difference;
  fe_carry(&sum, &base->sum);
  fe_carry(&difference, &base->difference);
  memcpy(out->sum, sum.v, 40);
  memcpy(out->difference, difference.v, 40);
  memcpy(out->product, base->product.v, 40);
  return out;
}

void ifma_add_up(point *out, const cl_ed25519_sum *sum, void *memory) {
  const shape *s = best_shape(sum->count);
  const size_t keys = sum->count + 1, lane = bucket_count(s) / 8;
  bucket *buckets = memory;
  int8_t *key_digits = (int8_t *)(buckets + 8 * lane);
  int8_t *nonce_digits = key_digits + 8 * keys * (size_t)s->key_groups;
  ifma_affine base;
  base_point(&base);
  recode_all(key_digits, nonce_digits, sum, s);
  bucket windows[8 * GROUPS_MAX];
  for (int g = 0; g < s->key_groups; g++) {
    const int8_t *digits = key_digits + 8 * keys * (size_t)g;
    clear(buckets, 8 * lane);
    fill(buckets, lane, (const ifma_affine *)sum->keys, digits, sum->count);
    fill(buckets, lane, &base, digits + 8 * sum->count, 1);
    if (g < s->nonce_groups) {
      fill(buckets, lane, (const ifma_affine *)sum->nonces,
           nonce_digits + 8 * sum->count * (size_t)g, sum->count);
    }
    uint64_t *at[8];
    for (int l = 0; l < 8; l++) at[l] = windows[8 * g + l].words;
    point8_store(at, weigh(buckets, lane));
  }
  point total = POINT_IDENTITY, window;
  completed c;
  cached step;
  for (int w = s->key_windows - 1; w >= 0; w--) {
    for (int k = 0; k < s->width; k++) {
      point_double(&c, &total);
      point_complete(&total, &c);
    }
    to_point(&window, windows[w].words);
    point_to_cached(&step, &window);
    point_add(&c, &total, &step);
    point_complete(&total, &c);
  }
  *out = total;
}

#pragma clang attribute pop

#endif
