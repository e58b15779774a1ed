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
  state_room_leave(delta->bottom);
  state_room_leave(delta->above);
  free(delta->bottom_many);
  free(delta->above_many);
  free(delta->indices);
  free(delta);
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

// The node as an ancestor left it; 0 where none changed it.
static int in_ancestors(const base *b, unsigned level, uint32_t index, uint8_t *hash,
                        uint8_t *many) {
  for (size_t a = b->ancestor_count; a-- > 0;) {
    const state_level *const found = &b->ancestors[a]->levels[level];
    const size_t at = lower_bound(found, index);
    if (at == found->count || found->indices[at] != index) continue;
    memcpy(hash, found->hashes + 32 * at, 32);
    *many = found->many[at];
    return 1;
  }
  return 0;
}

// Nodes ahead of which their children are fetched: they lie all over the tree.
#define AHEAD 12

// The children, or the buckets below them, of a node at `level`.
static void fetch_children(const cl_state_tree *tree, unsigned level, uint32_t index) {
  const state_nodes *nodes = &tree->upper;
  size_t first = 2 * (size_t)index;
  if (level + 2 >= tree->depth) {
    nodes = &tree->buckets;
    first = ((size_t)index << (tree->depth - level)) - ((size_t)1 << tree->depth);
  }
  __builtin_prefetch(nodes->hashes + 32 * first);
  __builtin_prefetch(nodes->hashes + 32 * first + 64);
  __builtin_prefetch(nodes->many + first);
}

// Nodes of the level that the tree does not keep, hashed together: side places[i] of a
// gathering is node i.
typedef struct {
  uint8_t children[64 * STATE_GATHER_MAX], sides[2 * STATE_GATHER_MAX];
  uint32_t places[STATE_GATHER_MAX];
  size_t count;
} unkept;

static void hash_unkept(unkept *nodes, uint8_t *pairs, uint8_t *sides) {
  uint8_t hashes[32 * STATE_GATHER_MAX], many[STATE_GATHER_MAX];
  state_hash_parents(nodes->children, nodes->sides, nodes->count, hashes, many);
  for (size_t i = 0; i < nodes->count; i++) {
    memcpy(pairs + 32 * (size_t)nodes->places[i], hashes + 32 * i, 32);
    sides[nodes->places[i]] = many[i];
  }
  nodes->count = 0;
}

// The nodes of a level as the tree keeps them, and the heap index of the first of them.
static const state_nodes *kept_nodes(const cl_state_tree *tree, unsigned level, size_t *first) {
  const int is_bottom = level == tree->depth;
  *first = is_bottom ? (size_t)1 << tree->depth : 0;
  return is_bottom ? &tree->buckets : &tree->upper;
}

// The children of nodes of a level as they stand below the delta, but for those that it
// changes: is_changed[i] has bit 0 and 1 for the left and the right child of node i.
static void gather(const base *b, unsigned level, const uint32_t *parents,
                   const uint8_t *is_changed, size_t count, uint8_t *pairs, uint8_t *sides,
                   unkept *others) {
  const int is_kept = level + 1 != state_unkept_level(b->tree);
  size_t first;
  const state_nodes *const nodes = kept_nodes(b->tree, level + 1, &first);
  for (size_t i = 0; i < count; i++) {
    if (i + AHEAD < count) fetch_children(b->tree, level, parents[i + AHEAD]);
    if (is_changed[i] == 3) continue;
    // A parent has one child at least that the delta changes: the other is what is wanted.
    const uint32_t side = is_changed[i] & 1, index = 2 * parents[i] + side;
    const size_t place = 2 * i + side;
    if (in_ancestors(b, level + 1, index, pairs + 32 * place, &sides[place])) continue;
    if (is_kept) {
      memcpy(pairs + 32 * place, nodes->hashes + 32 * (index - first), 32);
      sides[place] = nodes->many[index - first];
    } else {
      state_bucket_pair(b->tree, index, others->children + 64 * others->count,
                        others->sides + 2 * others->count);
      others->places[others->count++] = (uint32_t)place;
    }
  }
}

// Hashes the delta's nodes first ..< last (heap indices) of a level from the level under it.
static void hash_range(const base *b, unsigned level, uint32_t first, uint32_t last) {
  state_level *const parents = &b->delta->levels[level];
  const state_level *const children = &b->delta->levels[level + 1];
  uint8_t pairs[64 * STATE_GATHER_MAX], sides[2 * STATE_GATHER_MAX];
  unkept others;
  others.count = 0;
  size_t at = lower_bound(parents, first), child = lower_bound(children, 2 * first);
  const size_t end = lower_bound(parents, last);
  while (at < end) {
    const size_t count = end - at < STATE_GATHER_MAX ? end - at : STATE_GATHER_MAX;
    uint8_t is_changed[STATE_GATHER_MAX] = {0};
    for (size_t i = 0; i < count; i++) {
      const uint32_t parent = parents->indices[at + i];
      for (; child < children->count && children->indices[child] >> 1 == parent; child++) {
        const uint32_t side = children->indices[child] & 1;
        memcpy(pairs + 64 * i + 32 * side, children->hashes + 32 * child, 32);
        sides[2 * i + side] = children->many[child];
        is_changed[i] |= 1u << side;
      }
    }
    gather(b, level, parents->indices + at, is_changed, count, pairs, sides, &others);
    if (others.count > 0) hash_unkept(&others, pairs, sides);
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

// The highest level at which the i-th bucket's node is not that of the one before it.
static unsigned first_own_level(unsigned depth, const uint32_t *buckets, size_t i) {
  if (i == 0) return 0;
  // Counted from the buckets up: the bits below the first that differs, and that one.
  const unsigned bits = 32 - (unsigned)__builtin_clz(buckets[i] ^ buckets[i - 1]);
  return depth - bits + 1;
}

static int are_right(unsigned depth, const uint32_t *buckets, size_t count) {
  for (size_t i = 1; i < count; i++) {
    if (buckets[i] <= buckets[i - 1]) return 0;
  }
  return count == 0 || buckets[count - 1] < 1u << depth;
}

// Gives the levels their room.
static int make_levels(cl_state_delta *delta, const size_t *counts) {
  const unsigned depth = delta->depth;
  size_t all = 0;
  for (unsigned l = 0; l <= depth; l++) all += counts[l];
  const size_t above = all - counts[depth];
  delta->indices = malloc((all + 1) * sizeof *delta->indices);
  delta->above_many = malloc(above + 1);
  const int code = state_room_take(32 * above, &delta->above);
  if (code != CL_STATE_OK || delta->indices == NULL || delta->above_many == NULL) {
    return CL_STATE_NO_MEMORY;
  }
  size_t at = 0;
  for (unsigned l = 0; l <= depth; l++) {
    state_level *const level = &delta->levels[l];
    level->indices = delta->indices + at;
    if (l < depth) {
      level->hashes = delta->above.bytes + 32 * at;
      level->many = delta->above_many + at;
    }
    at += counts[l];
  }
  return CL_STATE_OK;
}

int state_delta_plan(cl_state_delta *delta, const uint32_t *buckets, size_t count) {
  const unsigned depth = delta->depth;
  if (!are_right(depth, buckets, count)) return CL_STATE_BAD_ORDER;
  size_t counts[CL_STATE_DEPTH_MAX + 1] = {0};
  for (size_t i = 0; i < count; i++) counts[first_own_level(depth, buckets, i)]++;
  // A node of its own has nodes of its own below it.
  for (unsigned l = 1; l <= depth; l++) counts[l] += counts[l - 1];
  const int code = make_levels(delta, counts);
  for (size_t i = 0; i < count && code == CL_STATE_OK; i++) {
    const uint32_t node = (uint32_t)1 << depth | buckets[i];
    for (unsigned l = first_own_level(depth, buckets, i); l <= depth; l++) {
      delta->levels[l].indices[delta->levels[l].count++] = node >> (depth - l);
    }
  }
  return code;
}

cl_state_delta *state_delta_new(unsigned depth, size_t count) {
  cl_state_delta *const delta = calloc(1, sizeof *delta);
  if (delta == NULL) return NULL;
  delta->depth = depth;
  delta->bottom_many = malloc(count + 1);
  if (state_room_take(32 * count, &delta->bottom) != CL_STATE_OK ||
      delta->bottom_many == NULL) {
    cl_state_delta_free(delta);
    return NULL;
  }
  delta->levels[depth].hashes = delta->bottom.bytes;
  delta->levels[depth].many = delta->bottom_many;
  return delta;
}

void state_delta_hash(cl_state_delta *delta, const cl_state_tree *tree,
                      const cl_state_delta *const *ancestors, size_t ancestor_count,
                      cl_workers *workers) {
  base b = {delta, tree, ancestors, ancestor_count};
  unsigned level = delta->depth;
  if (level > SHARED_LEVEL) {
    cl_workers_run(workers, subtree_task, &b, (size_t)1 << SHARED_LEVEL);
    level = SHARED_LEVEL;
  }
  while (level-- > 0) hash_range(&b, level, 1u << level, 2u << level);
  uint8_t many;
  if (delta->levels[delta->depth].count > 0) {
    memcpy(delta->root, delta->levels[0].hashes, 32);
  } else if (!in_ancestors(&b, 0, 1, delta->root, &many)) {
    state_node(tree, 1, delta->root, &many);
  }
}

void cl_state_delta_root(const cl_state_delta *delta, uint8_t hash[32]) {
  memcpy(hash, delta->root, 32);
}

unsigned cl_state_delta_depth(const cl_state_delta *delta) { return delta->depth; }

// Copies nodes of a level to where the tree keeps them: that of heap index `first` is first.
static void apply_level(const state_nodes *nodes, uint32_t first, const state_level *level) {
  for (size_t i = 0; i < level->count; i++) {
    const size_t at = level->indices[i] - first;
    memcpy(nodes->hashes + 32 * at, level->hashes + 32 * i, 32);
    nodes->many[at] = level->many[i];
  }
}

void cl_state_tree_apply(cl_state_tree *tree, const cl_state_delta *delta) {
  for (unsigned l = 0; l + 1 < tree->depth; l++) {
    apply_level(&tree->upper, 0, &delta->levels[l]);
  }
  apply_level(&tree->buckets, (uint32_t)1 << tree->depth, &delta->levels[tree->depth]);
}
