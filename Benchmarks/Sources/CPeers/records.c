#include "records.h"

#include <stdlib.h>
#include <string.h>

#include "cl_sha256.h"

// The finaliser of SplitMix64: a bijection.
static uint64_t mixed(uint64_t z) {
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

static void fill(uint64_t state, uint8_t *out, size_t length) {
  for (size_t at = 0; at < length; at += 8) {
    uint64_t word = mixed(state += 0x9e3779b97f4a7c15u);
    memcpy(out + at, &word, length - at < 8 ? length - at : 8);
  }
}

void peers_record_key(uint32_t index, uint8_t *out) {
  fill((uint64_t)index << 32, out, PEERS_KEY_BYTES);
}

void peers_record_value(uint32_t index, uint8_t generation, uint8_t *out) {
  fill((uint64_t)index << 32 | (uint64_t)generation << 8 | 1, out, PEERS_VALUE_BYTES);
}

#define CHUNK 256

void peers_record_paths(const uint32_t *indices, size_t count, uint8_t *out) {
  uint8_t keys[CHUNK * PEERS_KEY_BYTES];
  cl_sha256_range ranges[CHUNK];
  for (size_t start = 0; start < count; start += CHUNK) {
    size_t some = count - start < CHUNK ? count - start : CHUNK;
    for (size_t i = 0; i < some; i++) {
      peers_record_key(indices[start + i], keys + PEERS_KEY_BYTES * i);
      ranges[i] = (cl_sha256_range){(uint32_t)(PEERS_KEY_BYTES * i), PEERS_KEY_BYTES};
    }
    cl_sha256_messages(NULL, 0, keys, ranges, some, out + 32 * start);
  }
}

// Sorting: by the first 16 bits into heaps, then every heap by itself.

typedef struct {
  uint64_t prefix;
  uint32_t index;
} place;

#define HEAPS 65536u

typedef struct {
  uint32_t count, *order;
  uint64_t *prefixes;
  place *places;
  size_t *starts;  // HEAPS + 1
} sorting;

static void find_prefixes(void *context, size_t part) {
  sorting *all = context;
  size_t half = all->count / 2, from = part ? half : 0, to = part ? all->count : half;
  uint32_t indices[CHUNK];
  uint8_t paths[32 * CHUNK];
  while (from < to) {
    size_t some = to - from < CHUNK ? to - from : CHUNK;
    for (size_t i = 0; i < some; i++) indices[i] = (uint32_t)(from + i);
    peers_record_paths(indices, some, paths);
    for (size_t i = 0; i < some; i++) {
      uint64_t word;
      memcpy(&word, paths + 32 * i, 8);
      all->prefixes[from + i] = __builtin_bswap64(word);
    }
    from += some;
  }
}

static int compare(const void *left, const void *right) {
  const place *a = left, *b = right;
  if (a->prefix != b->prefix) return a->prefix < b->prefix ? -1 : 1;
  uint32_t pair[2] = {a->index, b->index};
  uint8_t paths[64];
  peers_record_paths(pair, 2, paths);
  return memcmp(paths, paths + 32, 32);
}

static void sort_heaps(void *context, size_t part) {
  sorting *all = context;
  for (size_t heap = part ? HEAPS / 2 : 0; heap < (part ? HEAPS : HEAPS / 2); heap++) {
    size_t from = all->starts[heap], to = all->starts[heap + 1];
    qsort(all->places + from, to - from, sizeof *all->places, compare);
    for (size_t i = from; i < to; i++) all->order[i] = all->places[i].index;
  }
}

int peers_record_order(peers_team *team, uint32_t count, uint32_t *order) {
  sorting all = {.count = count, .order = order};
  all.prefixes = malloc(count * sizeof *all.prefixes);
  all.places = malloc(count * sizeof *all.places);
  all.starts = calloc(HEAPS + 2, sizeof *all.starts);
  int code = all.prefixes && all.places && all.starts ? 0 : -1;
  if (code == 0) {
    peers_team_run(team, find_prefixes, &all);
    // starts[h + 1] counts up from where heap h starts to where it ends.
    for (size_t i = 0; i < count; i++) all.starts[(all.prefixes[i] >> 48) + 2]++;
    for (size_t heap = 0; heap < HEAPS; heap++) all.starts[heap + 2] += all.starts[heap + 1];
    for (uint32_t i = 0; i < count; i++) {
      all.places[all.starts[(all.prefixes[i] >> 48) + 1]++] = (place){all.prefixes[i], i};
    }
    peers_team_run(team, sort_heaps, &all);
  }
  free(all.prefixes);
  free(all.places);
  free(all.starts);
  return code;
}
