#include <stdlib.h>
#include <string.h>

#include "tree.h"

// Paths are sorted by their first 33 bits in three passes of a radix sort, then what few
// stand wrong are put right by insertion. Paths are digests: to have many that share 33
// bits takes 2^33 hashes for each, and then costs the square of their number.

#define DIGIT_BITS 11
#define DIGITS (1u << DIGIT_BITS)
#define PASSES 3

typedef struct {
  uint32_t start[2];  // the path's first 8 bytes, as a number, in 12 bytes an entry
  uint32_t index;
} entry;

static uint64_t start(const entry *e) {
  uint64_t number;
  memcpy(&number, e->start, sizeof number);
  return number;
}

static entry entry_of(const uint8_t *path, uint32_t index) {
  uint64_t bits;
  memcpy(&bits, path, sizeof bits);
  bits = __builtin_bswap64(bits);
  entry made = {.index = index};
  memcpy(made.start, &bits, sizeof bits);
  return made;
}

static int is_below(const entry *a, const entry *b, const uint8_t *paths, size_t stride) {
  if (start(a) != start(b)) return start(a) < start(b);
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
  state_room room;
  size_t(*const counts)[DIGITS] = calloc(PASSES, sizeof *counts);
  // As much as the hashes of a delta with so many buckets take: then that is its room next.
  _Static_assert(2 * sizeof(entry) <= 32, "");
  int code = state_room_take(32 * count, &room);
  if (counts == NULL) code = CL_STATE_NO_MEMORY;
  entry *from = (entry *)room.bytes, *to = from + (code == CL_STATE_OK ? count : 0);
  for (size_t i = 0; i < count && code == CL_STATE_OK; i++) {
    from[i] = entry_of(paths + stride * i, (uint32_t)i);
    for (int pass = 0; pass < PASSES; pass++) {
      counts[pass][start(&from[i]) >> (64 - DIGIT_BITS * (PASSES - pass)) & (DIGITS - 1)]++;
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
      to[counts[pass][start(&from[i]) >> shift & (DIGITS - 1)]++] = from[i];
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
  state_room_leave(room);
  free(counts);
  return code;
}
