#define _GNU_SOURCE
#include "tree.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cl_sha256.h"

static const uint8_t empty[32];

void state_hash_parents(uint8_t *children, const uint8_t *sides, size_t count, uint8_t *hashes,
                        uint8_t *many) {
  uint32_t hashed[STATE_GATHER_MAX];
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    const uint8_t *const left = children + 64 * i, *const right = left + 32;
    // A subtree of no leaf or one is its other half's.
    const uint8_t *only = NULL;
    if (!sides[2 * i] && !sides[2 * i + 1]) {
      if (memcmp(left, empty, 32) == 0) {
        only = right;
      } else if (memcmp(right, empty, 32) == 0) {
        only = left;
      }
    }
    many[i] = only == NULL;
    if (only != NULL) {
      memcpy(hashes + 32 * i, only, 32);
      continue;
    }
    hashed[kept] = (uint32_t)i;
    if (kept != i) memcpy(children + 64 * kept, left, 64);
    kept++;
  }
  cl_sha256_inner_level(children, kept, children);
  for (size_t k = 0; k < kept; k++) memcpy(hashes + 32 * (size_t)hashed[k], children + 32 * k, 32);
}

#define HUGE_PAGE ((size_t)2 << 20)

void *state_alloc(size_t bytes) {
  if (bytes < 2 * HUGE_PAGE) return malloc(bytes);
  bytes = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
  void *const room = aligned_alloc(HUGE_PAGE, bytes);
  // Where there are no huge pages, it is slower and no less right.
  if (room != NULL) madvise(room, bytes, MADV_HUGEPAGE);
  return room;
}

static int make_nodes(state_nodes *nodes, size_t count) {
  nodes->hashes = state_alloc(32 * count);
  nodes->many = state_alloc(count);
  if (nodes->hashes == NULL || nodes->many == NULL) return 0;
  memset(nodes->hashes, 0, 32 * count);
  memset(nodes->many, 0, count);
  return 1;
}

cl_state_tree *cl_state_tree_new(unsigned depth) {
  if (depth > CL_STATE_DEPTH_MAX) return NULL;
  cl_state_tree *const tree = calloc(1, sizeof *tree);
  if (tree == NULL) return NULL;
  tree->depth = depth;
  // In heap order, the first node of a level is at its size.
  const size_t upper = depth < 2 ? 0 : (size_t)1 << (depth - 1);
  if (!make_nodes(&tree->buckets, (size_t)1 << depth) ||
      (upper > 0 && !make_nodes(&tree->upper, upper))) {
    cl_state_tree_free(tree);
    return NULL;
  }
  return tree;
}

void cl_state_tree_free(cl_state_tree *tree) {
  if (tree == NULL) return;
  free(tree->upper.hashes);
  free(tree->upper.many);
  free(tree->buckets.hashes);
  free(tree->buckets.many);
  free(tree);
}

size_t cl_state_tree_bytes(unsigned depth) {
  return 33 * (((size_t)1 << depth) + (depth < 2 ? 0 : (size_t)1 << (depth - 1)));
}

unsigned state_unkept_level(const cl_state_tree *tree) {
  return tree->depth == 0 ? UINT_MAX : tree->depth - 1;
}

void state_bucket_pair(const cl_state_tree *tree, uint32_t index, uint8_t children[64],
                       uint8_t sides[2]) {
  const size_t bucket = 2 * (size_t)index - ((size_t)1 << tree->depth);
  memcpy(children, tree->buckets.hashes + 32 * bucket, 64);
  memcpy(sides, tree->buckets.many + bucket, 2);
}

int state_pair_is_many(const cl_state_tree *tree, uint32_t index) {
  const size_t bucket = 2 * (size_t)index - ((size_t)1 << tree->depth);
  const uint8_t *const hashes = tree->buckets.hashes + 32 * bucket;
  return tree->buckets.many[bucket] || tree->buckets.many[bucket + 1] ||
         (memcmp(hashes, empty, 32) != 0 && memcmp(hashes + 32, empty, 32) != 0);
}

void state_node(const cl_state_tree *tree, uint32_t index, uint8_t *hash, uint8_t *many) {
  const uint32_t buckets = (uint32_t)1 << tree->depth;
  const state_nodes *nodes = &tree->upper;
  size_t at = index;
  if (index >= buckets) {
    nodes = &tree->buckets;
    at -= buckets;
  } else if (index >= buckets / 2) {
    uint8_t children[64], sides[2];
    state_bucket_pair(tree, index, children, sides);
    state_hash_parents(children, sides, 1, hash, many);
    return;
  }
  memcpy(hash, nodes->hashes + 32 * at, 32);
  *many = nodes->many[at];
}

int cl_state_tree_node(const cl_state_tree *tree, uint32_t index, uint8_t hash[32]) {
  uint8_t many;
  state_node(tree, index, hash, &many);
  return many;
}

// The first nodes of one level, from their children.
static void build_range(const state_nodes *children, const state_nodes *parents, size_t count) {
  uint8_t pairs[64 * STATE_GATHER_MAX];
  for (size_t at = 0; at < count;) {
    const size_t some = count - at < STATE_GATHER_MAX ? count - at : STATE_GATHER_MAX;
    memcpy(pairs, children->hashes + 64 * at, 64 * some);
    state_hash_parents(pairs, children->many + 2 * at, some, parents->hashes + 32 * at,
                       parents->many + at);
    at += some;
  }
}

static state_nodes nodes_from(state_nodes nodes, size_t first) {
  return (state_nodes){nodes.hashes + 32 * first, nodes.many + first};
}

// Nodes two levels above the buckets: what is between is not kept.
static void build_over_buckets(const state_nodes *buckets, const state_nodes *parents,
                               size_t count) {
  uint8_t hashes[32 * STATE_GATHER_MAX], many[STATE_GATHER_MAX];
  const state_nodes between = {hashes, many};
  for (size_t at = 0; at < count;) {
    const size_t left = count - at;
    const size_t some = left < STATE_GATHER_MAX / 2 ? left : STATE_GATHER_MAX / 2;
    const state_nodes below = nodes_from(*buckets, 4 * at), above = nodes_from(*parents, at);
    build_range(&below, &between, 2 * some);
    build_range(&between, &above, some);
    at += some;
  }
}

// Levels are cut into pieces of so many nodes, which workers share.
#define BUILD_PIECE 16384

typedef struct {
  cl_state_tree *tree;
  unsigned level;
} build_work;

static void build_task(void *context, size_t i) {
  const build_work *const work = context;
  cl_state_tree *const tree = work->tree;
  const size_t size = (size_t)1 << work->level, first = i * BUILD_PIECE;
  const size_t count = size - first < BUILD_PIECE ? size - first : BUILD_PIECE;
  const state_nodes parents = nodes_from(tree->upper, size + first);
  if (work->level + 2 == tree->depth) {
    const state_nodes buckets = nodes_from(tree->buckets, 4 * first);
    build_over_buckets(&buckets, &parents, count);
  } else {
    const state_nodes children = nodes_from(tree->upper, 2 * (size + first));
    build_range(&children, &parents, count);
  }
}

void cl_state_tree_build(cl_state_tree *tree, cl_workers *workers) {
  if (tree->depth < 2) return;
  for (unsigned level = tree->depth - 1; level-- > 0;) {
    build_work work = {tree, level};
    cl_workers_run(workers, build_task, &work,
                   (((size_t)1 << level) + BUILD_PIECE - 1) / BUILD_PIECE);
  }
}
