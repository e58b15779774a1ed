#define _GNU_SOURCE
#include "tree.h"

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

cl_state_tree *cl_state_tree_new(unsigned depth) {
  if (depth > CL_STATE_DEPTH_MAX) return NULL;
  cl_state_tree *const tree = calloc(1, sizeof *tree);
  if (tree == NULL) return NULL;
  const size_t nodes = (size_t)2 << depth;
  tree->depth = depth;
  tree->hashes = state_alloc(32 * nodes);
  tree->many = state_alloc(nodes);
  if (tree->hashes == NULL || tree->many == NULL) {
    cl_state_tree_free(tree);
    return NULL;
  }
  memset(tree->hashes, 0, 32 * nodes);
  memset(tree->many, 0, nodes);
  return tree;
}

void cl_state_tree_free(cl_state_tree *tree) {
  if (tree == NULL) return;
  free(tree->hashes);
  free(tree->many);
  free(tree);
}

int cl_state_tree_node(const cl_state_tree *tree, uint32_t index, uint8_t hash[32]) {
  memcpy(hash, tree->hashes + 32 * (size_t)index, 32);
  return tree->many[index];
}

// Nodes first ..< last of one level, from their children.
static void build_range(cl_state_tree *tree, size_t first, size_t last) {
  uint8_t children[64 * STATE_GATHER_MAX];
  for (size_t at = first; at < last;) {
    const size_t count = last - at < STATE_GATHER_MAX ? last - at : STATE_GATHER_MAX;
    memcpy(children, tree->hashes + 64 * at, 64 * count);
    state_hash_parents(children, tree->many + 2 * at, count, tree->hashes + 32 * at,
                       tree->many + at);
    at += count;
  }
}

// Levels are cut into pieces of so many nodes, which workers share.
#define BUILD_PIECE 16384

typedef struct {
  cl_state_tree *tree;
  size_t first, last;
} build_work;

static void build_task(void *context, size_t i) {
  const build_work *const work = context;
  const size_t first = work->first + i * BUILD_PIECE, end = first + BUILD_PIECE;
  build_range(work->tree, first, end < work->last ? end : work->last);
}

void cl_state_tree_build(cl_state_tree *tree, cl_workers *workers) {
  for (unsigned level = tree->depth; level-- > 0;) {
    build_work work = {tree, (size_t)1 << level, (size_t)2 << level};
    cl_workers_run(workers, build_task, &work,
                   (work.last - work.first + BUILD_PIECE - 1) / BUILD_PIECE);
  }
}
