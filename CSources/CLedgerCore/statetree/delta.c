#include "tree.h"

#include <stdlib.h>
#include <string.h>

// A delta's levels are laid out first, by indices alone; then the subtrees below a high
// level are hashed side by side, each from its buckets up, and the few levels above them at
// last.

// The level whose subtrees are shared out.
#define SHARED_LEVEL 4

void cl_state_delta_free(cl_state_delta *delta) {
  if (delta == NULL) return;
  for (unsigned l = 0; l <= delta->depth; l++) {
    free(delta->levels[l].indices);
    free(delta->levels[l].hashes);
    free(delta->levels[l].many);
  }
  free(delta);
}

static int make_level(state_level *level, size_t count) {
  level->count = count;
  if (count == 0) return CL_STATE_OK;
  level->indices = malloc(count * sizeof *level->indices);
  level->hashes = state_alloc(32 * count);
  level->many = malloc(count);
  return level->indices == NULL || level->hashes == NULL || level->many == NULL
             ? CL_STATE_NO_MEMORY
             : CL_STATE_OK;
}

// The level above: each parent once.
static int plan_parents(state_level *parents, const state_level *children) {
  size_t count = 0;
  for (size_t i = 0; i < children->count; i++) {
    count += i == 0 || children->indices[i] >> 1 != children->indices[i - 1] >> 1;
  }
  const int code = make_level(parents, count);
  if (code != CL_STATE_OK) return code;
  size_t at = 0;
  for (size_t i = 0; i < children->count; i++) {
    if (i > 0 && children->indices[i] >> 1 == children->indices[i - 1] >> 1) continue;
    parents->indices[at++] = children->indices[i] >> 1;
  }
  return CL_STATE_OK;
}

// The first place of an index not below `index`.
static size_t lower_bound(const state_level *level, uint32_t index) {
  size_t low = 0, high = level->count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (level->indices[middle] < index) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

typedef struct {
  cl_state_delta *delta;
  const cl_state_tree *tree;
  const cl_state_delta *const *ancestors;
  size_t ancestor_count;
} base;

// The node as it stands below the delta.
static void below(const base *b, unsigned level, uint32_t index, uint8_t *hash, uint8_t *many) {
  for (size_t a = b->ancestor_count; a-- > 0;) {
    const state_level *const found = &b->ancestors[a]->levels[level];
    const size_t at = lower_bound(found, index);
    if (at == found->count || found->indices[at] != index) continue;
    memcpy(hash, found->hashes + 32 * at, 32);
    *many = found->many[at];
    return;
  }
  memcpy(hash, b->tree->hashes + 32 * (size_t)index, 32);
  *many = b->tree->many[index];
}

// Nodes ahead of which their children are fetched: they lie all over the tree.
#define AHEAD 12

static void fetch_children(const cl_state_tree *tree, uint32_t index) {
  const uint8_t *const children = tree->hashes + 64 * (size_t)index;
  __builtin_prefetch(children);
  __builtin_prefetch(children + 63);
  __builtin_prefetch(tree->many + 2 * (size_t)index);
}

// Hashes the delta's nodes first ..< last (heap indices) of a level from the level under it.
static void hash_range(const base *b, unsigned level, uint32_t first, uint32_t last) {
  state_level *const parents = &b->delta->levels[level];
  const state_level *const children = &b->delta->levels[level + 1];
  uint8_t pairs[64 * STATE_GATHER_MAX], sides[2 * STATE_GATHER_MAX];
  size_t at = lower_bound(parents, first), child = lower_bound(children, 2 * first);
  const size_t end = lower_bound(parents, last);
  while (at < end) {
    const size_t count = end - at < STATE_GATHER_MAX ? end - at : STATE_GATHER_MAX;
    for (size_t i = 0; i < count; i++) {
      if (i + AHEAD < count) fetch_children(b->tree, parents->indices[at + i + AHEAD]);
      for (uint32_t side = 0; side < 2; side++) {
        const uint32_t index = 2 * parents->indices[at + i] + side;
        uint8_t *const hash = pairs + 64 * i + 32 * side;
        if (child < children->count && children->indices[child] == index) {
          memcpy(hash, children->hashes + 32 * child, 32);
          sides[2 * i + side] = children->many[child++];
        } else {
          below(b, level + 1, index, hash, &sides[2 * i + side]);
        }
      }
    }
    state_hash_parents(pairs, sides, count, parents->hashes + 32 * at, parents->many + at);
    at += count;
  }
}

// The subtree below node `i` of the shared level, up to that node.
static void subtree_task(void *context, size_t i) {
  const base *const b = context;
  const uint32_t top = (1u << SHARED_LEVEL) + (uint32_t)i;
  for (unsigned level = b->delta->depth; level-- > SHARED_LEVEL;) {
    const unsigned shift = level - SHARED_LEVEL;
    hash_range(b, level, top << shift, (top + 1) << shift);
  }
}

static int plan_levels(cl_state_delta *delta, const uint32_t *buckets, const uint8_t *hashes,
                       const uint8_t *many, size_t count) {
  const uint32_t first = 1u << delta->depth;
  state_level *const bottom = &delta->levels[delta->depth];
  int code = make_level(bottom, count);
  for (size_t i = 0; i < count && code == CL_STATE_OK; i++) {
    if (buckets[i] >= first || (i > 0 && buckets[i] <= buckets[i - 1])) {
      code = CL_STATE_BAD_ORDER;
    }
    bottom->indices[i] = first | buckets[i];
  }
  if (code == CL_STATE_OK && count > 0) {
    memcpy(bottom->hashes, hashes, 32 * count);
    memcpy(bottom->many, many, count);
  }
  for (unsigned level = delta->depth; level-- > 0 && code == CL_STATE_OK;) {
    code = plan_parents(&delta->levels[level], &delta->levels[level + 1]);
  }
  return code;
}

int state_delta_new(const cl_state_tree *tree, const cl_state_delta *const *ancestors,
                       size_t ancestor_count, cl_workers *workers, const uint32_t *buckets,
                       const uint8_t *hashes, const uint8_t *many, size_t count,
                       cl_state_delta **out) {
  *out = NULL;
  for (size_t a = 0; a < ancestor_count; a++) {
    if (ancestors[a]->depth != tree->depth) return CL_STATE_BAD_ORDER;
  }
  cl_state_delta *const delta = calloc(1, sizeof *delta);
  if (delta == NULL) return CL_STATE_NO_MEMORY;
  delta->depth = tree->depth;
  const int code = plan_levels(delta, buckets, hashes, many, count);
  if (code != CL_STATE_OK) {
    cl_state_delta_free(delta);
    return code;
  }
  base b = {delta, tree, ancestors, ancestor_count};
  unsigned level = delta->depth;
  if (level > SHARED_LEVEL) {
    cl_workers_run(workers, subtree_task, &b, (size_t)1 << SHARED_LEVEL);
    level = SHARED_LEVEL;
  }
  while (level-- > 0) hash_range(&b, level, 1u << level, 2u << level);
  uint8_t many_below;
  if (count > 0) {
    memcpy(delta->root, delta->levels[0].hashes, 32);
  } else {
    below(&b, 0, 1, delta->root, &many_below);
  }
  *out = delta;
  return CL_STATE_OK;
}

void cl_state_delta_root(const cl_state_delta *delta, uint8_t hash[32]) {
  memcpy(hash, delta->root, 32);
}

unsigned cl_state_delta_depth(const cl_state_delta *delta) { return delta->depth; }

void cl_state_tree_apply(cl_state_tree *tree, const cl_state_delta *delta) {
  for (unsigned l = 0; l <= delta->depth; l++) {
    const state_level *const level = &delta->levels[l];
    for (size_t i = 0; i < level->count; i++) {
      memcpy(tree->hashes + 32 * (size_t)level->indices[i], level->hashes + 32 * i, 32);
      tree->many[level->indices[i]] = level->many[i];
    }
  }
}
