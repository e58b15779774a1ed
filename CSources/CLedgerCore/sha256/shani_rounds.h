// The rounds by the processor's own SHA-256 instructions, of several messages side
// by side: each pair of rounds waits for the pair before it, so one message alone
// leaves the unit idle three quarters of the time.

#include "constants.h"
#include "shani_nodes.h"

#define SHA_TARGET __attribute__((target("sha,sse4.1,ssse3")))
#define SHA_INLINE SHA_TARGET static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

typedef __m128i v4;  // four words
typedef cl_sha256_halves halves;

SHA_INLINE v4 swap_four(v4 x) {
  return _mm_shuffle_epi8(
      x, _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3));
}

SHA_INLINE halves from_words(const uint32_t words[8]) {
  v4 low = _mm_shuffle_epi32(_mm_loadu_si128((const v4 *)words), 0xB1);         // b a d c
  v4 high = _mm_shuffle_epi32(_mm_loadu_si128((const v4 *)(words + 4)), 0x1B);  // h g f e
  return (halves){_mm_alignr_epi8(low, high, 8), _mm_blend_epi16(high, low, 0xF0)};
}

SHA_INLINE void to_words(v4 words[2], halves s) {
  v4 abef = _mm_shuffle_epi32(s.abef, 0x1B), ghcd = _mm_shuffle_epi32(s.cdgh, 0xB1);
  words[0] = _mm_blend_epi16(abef, ghcd, 0xF0);
  words[1] = _mm_alignr_epi8(ghcd, abef, 8);
}

SHA_INLINE void digest(uint8_t *out, halves s) {
  v4 words[2];
  to_words(words, s);
  _mm_storeu_si128((v4 *)out, swap_four(words[0]));
  _mm_storeu_si128((v4 *)(out + 16), swap_four(words[1]));
}

SHA_INLINE halves sum(halves s, halves t) {
  return (halves){_mm_add_epi32(s.abef, t.abef), _mm_add_epi32(s.cdgh, t.cdgh)};
}

// Words 4·i ..< 4·i + 4 of a block.
SHA_INLINE v4 load(const uint8_t *block, int i) {
  return swap_four(_mm_loadu_si128((const v4 *)(block + 16 * i)));
}

// Rounds 4·i ..< 4·i + 4, and the four words that follow w[0 ..< 4] by 16 places.
SHA_INLINE void four_rounds(halves *s, v4 w[4], int i) {
  v4 k = _mm_add_epi32(w[i % 4], _mm_load_si128((const v4 *)cl_sha256_k + i));
  s->cdgh = _mm_sha256rnds2_epu32(s->cdgh, s->abef, k);
  s->abef = _mm_sha256rnds2_epu32(s->abef, s->cdgh, _mm_shuffle_epi32(k, 0x0E));
  if (i >= 12) return;
  v4 *to = &w[i % 4], last = w[(i + 3) % 4];
  *to = _mm_sha256msg1_epu32(*to, w[(i + 1) % 4]);
  *to = _mm_add_epi32(*to, _mm_alignr_epi8(last, w[(i + 2) % 4], 4));
  *to = _mm_sha256msg2_epu32(*to, last);
}

// Compresses a block of each of n messages: n is known where this is inlined.
SHA_INLINE void compress(halves *s, v4 (*w)[4], int n) {
  halves start[4];
  UNROLL for (int l = 0; l < n; l++) start[l] = s[l];
  UNROLL for (int i = 0; i < 16; i++) {
    UNROLL for (int l = 0; l < n; l++) four_rounds(&s[l], w[l], i);
  }
  UNROLL for (int l = 0; l < n; l++) s[l] = sum(s[l], start[l]);
}
