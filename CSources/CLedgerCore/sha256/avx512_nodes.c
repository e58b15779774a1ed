#if defined(__x86_64__)
#include "avx512.h"

#include "shani_rounds.h"

// A node's blocks: the first is the tag and 63 bytes of the pair, the second is the
// pair's last byte. Rows are read from one byte before the pairs on, which brings
// the tag's place and, in the next row, that last byte.
INLINE void load_pairs(v w[16], uint8_t tag, const uint8_t *pairs, v *last) {
  // Not the byte before the first pair: it may not be ours.
  w[0] = _mm512_maskz_loadu_epi8(~UINT64_C(1), pairs - 1);
  for (int i = 1; i < 16; i++) w[i] = _mm512_loadu_si512(pairs + 64 * i - 1);
  for (int i = 0; i < 16; i++) w[i] = swap_bytes(w[i]);
  transpose(w);
  *last = _mm512_alignr_epi32(SET1((int)((unsigned)pairs[1023] << 24)), w[0], 1);
  *last = _mm512_and_si512(*last, SET1((int)0xFF000000));
  w[0] = _mm512_ternarylogic_epi32(SET1(0x00FFFFFF), w[0], SET1((int)((unsigned)tag << 24)),
                                   0xEA);  // (mask & w) | tag
}

INLINE void add_initial(v s[8]) {
  for (int i = 0; i < 8; i++) s[i] = add(s[i], SET1((int)cl_sha256_initial[i]));
}

// Both blocks here: where the SHA instructions are missing, or the nodes few.
TARGET static void sixteen_nodes(uint8_t tag, const uint8_t *pairs, uint8_t *out) {
  v s[8], w[16], middle[8], last;
  load_pairs(w, tag, pairs, &last);
  initial(s);
  rounds(s, w);
  add_initial(s);
  for (int i = 0; i < 8; i++) middle[i] = s[i];
  rounds_of_last_byte(s, last);
  for (int i = 0; i < 8; i++) s[i] = swap_bytes(add(s[i], middle[i]));
  store_rows(s, out);
}

INLINE void store_middles(const v s[8], halves out[16]) {
  const v rows[8] = {s[5], s[4], s[1], s[0], s[7], s[6], s[3], s[2]};
  store_rows(rows, (uint8_t *)out);
}

TARGET static void sixteen_middles(uint8_t tag, const uint8_t *pairs, halves *out) {
  v s[8], w[16], last;
  load_pairs(w, tag, pairs, &last);
  initial(s);
  rounds(s, w);
  add_initial(s);
  store_middles(s, out);
}

// The second block's schedule is looked up, so only rounds are left of it: those
// are done by the SHA instructions, and done while the lanes work on the first
// blocks of the next sixteen nodes, which leave that unit idle.

#define MIXED_TARGET __attribute__((target("avx512f,avx512bw,sha,sse4.1,ssse3")))
#define MIXED_INLINE MIXED_TARGET static inline __attribute__((always_inline))

// Four nodes in their second block.
typedef struct {
  halves s[4];
  const uint32_t *w[4];
} quad;

// Keeps the compiler from gathering all of one kind of work in one place.
#define STAY(x) __asm__ volatile("" : "+x"(x))

MIXED_INLINE void two_rounds(v4 *to, v4 other, const uint32_t *w) {
  *to = _mm_sha256rnds2_epu32(*to, other, _mm_loadl_epi64((const v4 *)w));
  STAY(*to);
}

// Sixteen rounds of the lanes, and all 64 of four nodes' second blocks: middles[l],
// whose last bytes are last[64 · l], become digests.
MIXED_INLINE void sixteen_and_all_rounds(v s[8], v w[16], int t, int expand,
                                         const halves *middles, const uint8_t *last,
                                         uint8_t *out, const uint32_t (*schedules)[64]) {
  quad n;
  UNROLL for (int l = 0; l < 4; l++) {
    n.s[l] = middles[l];
    n.w[l] = schedules[last[64 * l]];
  }
  UNROLL for (int i = 0; i < 16; i++) {
    UNROLL for (int l = 0; l < 4; l++) two_rounds(&n.s[l].cdgh, n.s[l].abef, n.w[l] + 4 * i);
    if (expand) w[i] = expanded(w, i);
    UNROLL for (int l = 0; l < 4; l++) {
      two_rounds(&n.s[l].abef, n.s[l].cdgh, n.w[l] + 4 * i + 2);
    }
    one_round(s, w, i, t);
  }
  UNROLL for (int l = 0; l < 4; l++) digest(out + 32 * l, sum(n.s[l], middles[l]));
}

// First blocks of sixteen nodes from pairs + 1024 on, whose states replace `middles`,
// and second blocks of those before.
MIXED_TARGET static void sixteen_and_sixteen(uint8_t tag, const uint8_t *pairs, halves *middles,
                                             uint8_t *out, const uint32_t (*schedules)[64]) {
  v s[8], w[16], last;
  load_pairs(w, tag, pairs + 1024, &last);
  initial(s);
  sixteen_and_all_rounds(s, w, 0, 0, middles, pairs + 63, out, schedules);
#pragma clang loop unroll(disable)
  for (int i = 1; i < 4; i++) {
    sixteen_and_all_rounds(s, w, 16 * i, 1, middles + 4 * i, pairs + 256 * i + 63,
                           out + 128 * i, schedules);
  }
  add_initial(s);
  store_middles(s, middles);
}

void cl_sha256_avx512_level(uint8_t tag, const uint8_t *pairs, size_t count, uint8_t *out) {
  const cl_sha256_engine *fewer = cl_sha256_fewer();
  if (fewer == &cl_sha256_shani && count >= CL_SHA256_LOOK_UP_MIN) {
    const uint32_t(*schedules)[64] = cl_sha256_last_byte_schedules();
    halves middles[16];
    sixteen_middles(tag, pairs, middles);
    for (; count >= 32; count -= 16) {
      sixteen_and_sixteen(tag, pairs, middles, out, schedules);
      pairs += 64 * 16;
      out += 32 * 16;
    }
    cl_sha256_last_bytes(middles, pairs + 63, 16, out);
    pairs += 64 * 16;
    out += 32 * 16;
    count -= 16;
  }
  for (; count >= 16; count -= 16) {
    sixteen_nodes(tag, pairs, out);
    pairs += 64 * 16;
    out += 32 * 16;
  }
  fewer->level(tag, pairs, count, out);
}
#endif
