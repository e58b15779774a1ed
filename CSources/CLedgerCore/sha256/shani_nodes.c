#if defined(__x86_64__)
#include "shani_nodes.h"

#include <pthread.h>

#include "shani_rounds.h"

// A node is hashed over 65 bytes. All but one of its second block's bytes are the
// same for every node, so 256 schedules are all there are.

static pthread_once_t once = PTHREAD_ONCE_INIT;
static uint32_t schedules[256][64] __attribute__((aligned(64)));  // constants added

static uint32_t ror(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void make_schedules(void) {
  for (uint32_t last = 0; last < 256; last++) {
    uint32_t w[64] = {last << 24 | 0x00800000};
    w[15] = 65 * 8;
    for (int t = 16; t < 64; t++) {
      uint32_t x = w[t - 15], y = w[t - 2];
      w[t] = w[t - 16] + (ror(x, 7) ^ ror(x, 18) ^ x >> 3) + w[t - 7] +
             (ror(y, 17) ^ ror(y, 19) ^ y >> 10);
    }
    for (int t = 0; t < 64; t++) schedules[last][t] = w[t] + cl_sha256_k[t];
  }
}

const uint32_t (*cl_sha256_last_byte_schedules(void))[64] {
  pthread_once(&once, make_schedules);
  return schedules;
}

SHA_INLINE void last_bytes(const halves *middles, const uint8_t *bytes, uint8_t *out, int n) {
  halves s[6];
  const uint32_t *w[6];
  UNROLL for (int l = 0; l < n; l++) {
    s[l] = middles[l];
    w[l] = schedules[bytes[64 * l]];
  }
  UNROLL for (int t = 0; t < 64; t += 4) {
    UNROLL for (int l = 0; l < n; l++) {
      v4 k = _mm_loadl_epi64((const v4 *)(w[l] + t));
      v4 next = _mm_loadl_epi64((const v4 *)(w[l] + t + 2));
      s[l].cdgh = _mm_sha256rnds2_epu32(s[l].cdgh, s[l].abef, k);
      s[l].abef = _mm_sha256rnds2_epu32(s[l].abef, s[l].cdgh, next);
    }
  }
  UNROLL for (int l = 0; l < n; l++) digest(out + 32 * l, sum(s[l], middles[l]));
}

SHA_TARGET void cl_sha256_last_bytes(const halves *middles, const uint8_t *bytes, size_t count,
                                 uint8_t *out) {
  cl_sha256_last_byte_schedules();
  while (count >= 6) {
    last_bytes(middles, bytes, out, 6);
    middles += 6;
    bytes += 64 * 6;
    out += 32 * 6;
    count -= 6;
  }
  while (count >= 2) {
    last_bytes(middles, bytes, out, 2);
    middles += 2;
    bytes += 64 * 2;
    out += 32 * 2;
    count -= 2;
  }
  if (count != 0) last_bytes(middles, bytes, out, 1);
}

// Words of a node's blocks: the first is the tag and 63 bytes of the pair.
SHA_INLINE void first_block(v4 w[4], uint8_t tag, const uint8_t *pair) {
  v4 head = _mm_slli_si128(_mm_loadu_si128((const v4 *)pair), 1);
  w[0] = swap_four(_mm_or_si128(head, _mm_cvtsi32_si128(tag)));
  for (int i = 1; i < 4; i++) w[i] = load(pair - 1, i);
}

SHA_INLINE void last_block(v4 w[4], const uint8_t *pair) {
  w[0] = _mm_cvtsi32_si128((int)((unsigned)pair[63] << 24 | 0x00800000));
  w[1] = w[2] = _mm_setzero_si128();
  w[3] = _mm_set_epi32(65 * 8, 0, 0, 0);
}

SHA_INLINE void first_blocks(halves *s, uint8_t tag, const uint8_t *pairs, int n) {
  v4 w[4][4];
  UNROLL for (int l = 0; l < n; l++) {
    s[l] = from_words(cl_sha256_initial);
    first_block(w[l], tag, pairs + 64 * l);
  }
  compress(s, w, n);
}

SHA_INLINE void nodes(uint8_t tag, const uint8_t *pairs, uint8_t *out, int n) {
  halves s[2];
  v4 w[2][4];
  first_blocks(s, tag, pairs, n);
  UNROLL for (int l = 0; l < n; l++) last_block(w[l], pairs + 64 * l);
  compress(s, w, n);
  UNROLL for (int l = 0; l < n; l++) digest(out + 32 * l, s[l]);
}

SHA_TARGET void cl_sha256_shani_level(uint8_t tag, const uint8_t *pairs, size_t count,
                                  uint8_t *out) {
  halves middles[12];
  if (count >= CL_SHA256_LOOK_UP_MIN) {
    for (; count >= 12; count -= 12) {
      for (int i = 0; i < 12; i += 4) first_blocks(middles + i, tag, pairs + 64 * i, 4);
      cl_sha256_last_bytes(middles, pairs + 63, 12, out);
      pairs += 64 * 12;
      out += 32 * 12;
    }
  }
  for (; count >= 2; count -= 2) {
    nodes(tag, pairs, out, 2);
    pairs += 128;
    out += 64;
  }
  if (count != 0) nodes(tag, pairs, out, 1);
}
#endif
