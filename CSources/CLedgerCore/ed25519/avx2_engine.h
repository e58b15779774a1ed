#ifndef CL_AVX2_ENGINE_H
#define CL_AVX2_ENGINE_H

#include "avx2_point.h"
#include "engine.h"

// The parts of the engine for processors with AVX2 and FMA: see engine.h. Decoded points
// are of type avx2_entry.

void avx2_decode(uint8_t *out, uint8_t *is_point, const uint8_t *const *encodings, size_t count);
size_t avx2_sum_memory(size_t count);
void avx2_add_up(point *out, const cl_ed25519_sum *sum, void *memory);
extern const size_t avx2_multiples_bytes;
void avx2_make_multiples(uint8_t *out, const point *a);
void avx2_add_multiples(point *out, const uint8_t *multiples, const scalar *s, const scalar *k);

// The arithmetic needs rounding to nearest and masked exceptions, the state every thread
// starts in. Gives it that state for the time being; the result goes to avx2_leave.
AVX2_INLINE unsigned avx2_enter(void) {
  const unsigned saved = _mm_getcsr();
  if ((saved & ~0x3fu) != 0x1f80) _mm_setcsr(0x1f80);
  return saved;
}

AVX2_INLINE void avx2_leave(unsigned saved) {
  if ((saved & ~0x3fu) != 0x1f80) _mm_setcsr(saved);
}

#endif
