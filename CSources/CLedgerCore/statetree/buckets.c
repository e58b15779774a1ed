#include "tree.h"

#include <stdlib.h>
#include <string.h>

#include "cl_sha256.h"

// Buckets hold a few leaves each, and their nodes hang on each other: what is hashed
// together are the nodes of one level in many buckets. So the nodes of some buckets are
// planned first, then hashed level by level from the deepest up.

// Room for planned nodes at first.
#define PLANNED_MIN 1024
// Pairs hashed in one call.
#define PAIRS_MAX 512

static uint64_t word(const uint8_t *path, int i) {
  uint64_t bits;
  memcpy(&bits, path + 8 * i, 8);
  return __builtin_bswap64(bits);
}

// How many leading bits two paths share; 256 when they are equal.
static unsigned shared_bits(const uint8_t *a, const uint8_t *b) {
  for (int i = 0; i < 4; i++) {
    const uint64_t differing = word(a, i) ^ word(b, i);
    if (differing != 0) return 64 * (unsigned)i + (unsigned)__builtin_clzll(differing);
  }
  return 256;
}

static int bit(const uint8_t *path, unsigned level) {
  return path[level / 8] >> (7 - level % 8) & 1;
}

static uint32_t add(state_plan *p, uint32_t left, uint32_t right, unsigned level) {
  if (p->count == p->room) {
    const size_t room = p->room == 0 ? PLANNED_MIN : 2 * p->room;
    state_planned *const grown = realloc(p->nodes, room * sizeof *grown);
    if (grown == NULL) {
      p->code = CL_STATE_NO_MEMORY;
      return 0;
    }
    p->nodes = grown;
    p->room = room;
  }
  const uint32_t slot = p->slots++;
  p->nodes[p->count++] = (state_planned){left, right, slot, level};
  return slot;
}

// Plans the node over leaves first ..< last at `level`; its slot. Recursion ends after 256
// levels, since each goes below the level where the leaves differ.
static uint32_t plan_node(state_plan *p, uint32_t first, uint32_t last, unsigned level) {
  if (last - first == 1) return 1 + first;
  const uint8_t *const path = p->leaves[first].path;
  const unsigned split = shared_bits(path, p->leaves[last - 1].path);
  // The first leaf with a one there, if leaves ascend.
  uint32_t middle = first + 1;
  while (middle < last && !bit(p->leaves[middle].path, split & 255)) middle++;
  if (split < level || split > 255 || middle == last || bit(path, split)) {
    p->code = CL_STATE_BAD_ORDER;
    return 0;
  }
  const uint32_t left = plan_node(p, first, middle, split + 1);
  const uint32_t right = plan_node(p, middle, last, split + 1);
  if (p->code != CL_STATE_OK) return 0;
  uint32_t node = add(p, left, right, split);
  // Above, up to the bucket, the other child is empty.
  for (unsigned at = split; at > level && p->code == CL_STATE_OK; at--) {
    node = bit(path, at - 1) ? add(p, 0, node, at - 1) : add(p, node, 0, at - 1);
  }
  return node;
}

// Room for so many elements where there was some, whose contents may go; NULL without memory,
// and the old stays.
static void *room_for(void *old, size_t *room, size_t count, size_t size) {
  if (old != NULL && count <= *room) return old;
  const size_t wanted = count + count / 4 + 1;
  void *const grown = realloc(old, wanted * size);
  if (grown != NULL) *room = wanted;
  return grown;
}

// Hashes what is planned, the deepest level first, into slots of 32 bytes.
static int hash_plan(state_plan *p) {
  size_t ends[258] = {0};
  for (size_t i = 0; i < p->count; i++) ends[255 - p->nodes[i].level + 1]++;
  for (int i = 1; i < 258; i++) ends[i] += ends[i - 1];
  uint32_t *const order = room_for(p->order, &p->order_room, p->count, sizeof *order);
  if (order == NULL) return CL_STATE_NO_MEMORY;
  p->order = order;
  uint8_t *const slots = p->hashes;
  size_t next[257];
  memcpy(next, ends, sizeof next);
  for (size_t i = 0; i < p->count; i++) order[next[255 - p->nodes[i].level]++] = (uint32_t)i;
  uint8_t pairs[64 * PAIRS_MAX];
  for (int level = 0; level < 256; level++) {
    for (size_t start = ends[level]; start < ends[level + 1];) {
      const size_t left = ends[level + 1] - start, count = left < PAIRS_MAX ? left : PAIRS_MAX;
      for (size_t i = 0; i < count; i++) {
        const state_planned *const node = &p->nodes[order[start + i]];
        memcpy(pairs + 64 * i, slots + 32 * (size_t)node->left, 32);
        memcpy(pairs + 64 * i + 32, slots + 32 * (size_t)node->right, 32);
      }
      cl_sha256_inner_level(pairs, count, pairs);
      for (size_t i = 0; i < count; i++) {
        memcpy(slots + 32 * (size_t)p->nodes[order[start + i]].slot, pairs + 32 * i, 32);
      }
      start += count;
    }
  }
  return CL_STATE_OK;
}

uint64_t state_bucket_of(const uint8_t *path, unsigned depth) {
  return depth == 0 ? 0 : word(path, 0) >> (64 - depth);
}

int state_plan_buckets(state_plan *p, unsigned depth, const uint32_t *buckets,
                       const cl_state_leaf *leaves, const uint32_t *starts, size_t count) {
  const uint32_t base = starts[0], leaf_count = starts[count] - base;
  if (leaf_count > 0) leaves += base;
  p->leaves = leaves;
  p->leaf_count = leaf_count;
  p->slots = 1 + leaf_count;
  p->count = 0;
  p->code = CL_STATE_OK;
  uint32_t *const roots = room_for(p->roots, &p->roots_room, count, sizeof *roots);
  if (roots == NULL) return CL_STATE_NO_MEMORY;
  p->roots = roots;
  for (size_t b = 0; b < count && p->code == CL_STATE_OK; b++) {
    const uint32_t start = starts[b] - base, end = starts[b + 1] - base;
    p->roots[b] = 0;
    if (end == start) continue;
    if (state_bucket_of(leaves[start].path, depth) != buckets[b] ||
        state_bucket_of(leaves[end - 1].path, depth) != buckets[b]) {
      p->code = CL_STATE_BAD_ORDER;
      break;
    }
    p->roots[b] = plan_node(p, start, end, depth);
  }
  if (p->code != CL_STATE_OK) return p->code;
  uint8_t *const hashes = room_for(p->hashes, &p->hashes_room, p->slots, 32);
  if (hashes == NULL) return CL_STATE_NO_MEMORY;
  p->hashes = hashes;
  memset(p->hashes, 0, 32);
  for (uint32_t i = 0; i < leaf_count; i++) {
    memcpy(p->hashes + 32 * (1 + (size_t)i), leaves[i].hash, 32);
  }
  return hash_plan(p);
}

void state_plan_free(state_plan *p) {
  free(p->order);
  free(p->hashes);
  free(p->roots);
  free(p->nodes);
}

int state_bucket_nodes(state_plan *p, unsigned depth, const uint32_t *buckets,
                       const cl_state_leaf *leaves, const uint32_t *starts, size_t count,
                       uint8_t *hashes, uint8_t *many) {
  const int code = state_plan_buckets(p, depth, buckets, leaves, starts, count);
  for (size_t b = 0; b < count && code == CL_STATE_OK; b++) {
    memcpy(hashes + 32 * b, p->hashes + 32 * (size_t)p->roots[b], 32);
    many[b] = starts[b + 1] - starts[b] > 1;
  }
  return code;
}
