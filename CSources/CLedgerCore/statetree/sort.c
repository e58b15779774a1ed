#include <stdlib.h>
#include <string.h>

#include "cl_state_tree.h"

// Paths are sorted by their first 33 bits in three passes of a radix sort, then what few
// stand wrong are put right by insertion. Paths are digests: to have many that share 33
// bits takes 2^33 hashes for each, and then costs the square of their number.

#define DIGIT_BITS 11
#define DIGITS (1u << DIGIT_BITS)
#define PASSES 3

typedef struct {
  uint64_t start;  // the path's first 8 bytes, as a number
  uint32_t index;
} entry;

static uint64_t start_of(const uint8_t *path) {
  uint64_t start;
  memcpy(&start, path, sizeof start);
  return __builtin_bswap64(start);
}

static int is_below(const entry *a, const entry *b, const uint8_t *paths, size_t stride) {
  if (a->start != b->start) return a->start < b->start;
  const int order = memcmp(paths + stride * a->index, paths + stride * b->index, 32);
  return order != 0 ? order < 0 : a->index < b->index;
}

// As records of a whole state come.
static int is_sorted(const uint8_t *paths, size_t stride, size_t count) {
  for (size_t i = 1; i < count; i++) {
    if (memcmp(paths + stride * (i - 1), paths + stride * i, 32) > 0) return 0;
  }
  return 1;
}

int cl_state_sort(const uint8_t *paths, size_t stride, size_t count, uint32_t *order) {
  if (count > UINT32_MAX) return CL_STATE_NO_MEMORY;
  if (is_sorted(paths, stride, count)) {
    for (size_t i = 0; i < count; i++) order[i] = (uint32_t)i;
    return CL_STATE_OK;
  }
  entry *from = malloc((count + 1) * sizeof *from), *to = malloc((count + 1) * sizeof *to);
  size_t(*const counts)[DIGITS] = calloc(PASSES, sizeof *counts);
  const int code =
      from == NULL || to == NULL || counts == NULL ? CL_STATE_NO_MEMORY : CL_STATE_OK;
  for (size_t i = 0; i < count && code == CL_STATE_OK; i++) {
    from[i] = (entry){start_of(paths + stride * i), (uint32_t)i};
    for (int pass = 0; pass < PASSES; pass++) {
      counts[pass][from[i].start >> (64 - DIGIT_BITS * (PASSES - pass)) & (DIGITS - 1)]++;
    }
  }
  for (int pass = 0; pass < PASSES && code == CL_STATE_OK; pass++) {
    const int shift = 64 - DIGIT_BITS * (PASSES - pass);
    size_t next = 0;
    for (size_t digit = 0; digit < DIGITS; digit++) {
      const size_t here = counts[pass][digit];
      counts[pass][digit] = next;
      next += here;
    }
    for (size_t i = 0; i < count; i++) {
      to[counts[pass][from[i].start >> shift & (DIGITS - 1)]++] = from[i];
    }
    entry *const swapped = from;
    from = to;
    to = swapped;
  }
  for (size_t i = 1; i < count && code == CL_STATE_OK; i++) {
    const entry moved = from[i];
    size_t at = i;
    for (; at > 0 && is_below(&moved, &from[at - 1], paths, stride); at--) {
      from[at] = from[at - 1];
    }
    from[at] = moved;
  }
  for (size_t i = 0; i < count && code == CL_STATE_OK; i++) order[i] = from[i].index;
  free(from);
  free(to);
  free(counts);
  return code;
}
