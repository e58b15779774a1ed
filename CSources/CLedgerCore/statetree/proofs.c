#include <stdlib.h>
#include <string.h>

#include "pieces.h"

// Steps of ICS-23's `InnerOp`, as the repeated field 4 of `ExistenceProof` (proofs.proto):
// hash = SHA256; a left child has prefix 0x01 and its sibling for suffix, a right child has
// prefix 0x01 ‖ sibling and no suffix.
static const uint8_t left_head[] = {0x22, 39, 0x08, 0x01, 0x12, 0x01, 0x01, 0x1a, 0x20};
static const uint8_t right_head[] = {0x22, 37, 0x08, 0x01, 0x12, 0x21, 0x01};

#define STEP_BYTES_MAX (sizeof left_head + 32)
#define STEPS_MAX 256

static int make_room(cl_state_steps *out) {
  const size_t needed = out->length + STEPS_MAX * STEP_BYTES_MAX;
  if (needed <= out->room) return CL_STATE_OK;
  uint8_t *const grown = realloc(out->bytes, 2 * needed);
  if (grown == NULL) return CL_STATE_NO_MEMORY;
  out->bytes = grown;
  out->room = 2 * needed;
  return CL_STATE_OK;
}

static void add_step(cl_state_steps *out, const uint8_t *sibling, int is_right) {
  uint8_t *at = out->bytes + out->length;
  const size_t head = is_right ? sizeof right_head : sizeof left_head;
  memcpy(at, is_right ? right_head : left_head, head);
  memcpy(at + head, sibling, 32);
  out->length += head + 32;
}

void cl_state_steps_free(cl_state_steps *steps) {
  free(steps->bytes);
  *steps = (cl_state_steps){0};
}

// For each slot of a plan, the planned node above it; PLAN_TOP where that is a bucket's.
#define PLAN_TOP UINT32_MAX

static uint32_t *parents(const state_plan *plan) {
  uint32_t *const above = malloc((size_t)plan->slots * sizeof *above);
  if (above == NULL) return NULL;
  memset(above, 0xff, (size_t)plan->slots * sizeof *above);
  for (size_t i = 0; i < plan->count; i++) {
    above[plan->nodes[i].left] = (uint32_t)i;
    above[plan->nodes[i].right] = (uint32_t)i;
  }
  return above;
}

// The nodes beside those above buckets: the level that the tree does not keep.
typedef struct {
  uint8_t hashes[32 * STATE_PIECE_BUCKETS], many[STATE_PIECE_BUCKETS];
} uncles;

static void hash_uncles(const cl_state_tree *tree, const uint32_t *buckets, size_t count,
                        uncles *out) {
  uint8_t children[64 * STATE_PIECE_BUCKETS], sides[2 * STATE_PIECE_BUCKETS];
  if (tree->depth < 2) return;
  for (size_t b = 0; b < count; b++) {
    const uint32_t parent = ((1u << tree->depth) | buckets[b]) >> 1;
    state_bucket_pair(tree, parent ^ 1, children + 64 * b, sides + 2 * b);
  }
  state_hash_parents(children, sides, count, out->hashes, out->many);
}

// The steps from a leaf's slot up to the root; the one beside the level that is not kept is
// `uncle`.
static void climb(const cl_state_tree *tree, const state_plan *plan, const uint32_t *above,
                  uint32_t slot, uint32_t bucket, const uint8_t *uncle, cl_state_steps *out) {
  while (above[slot] != PLAN_TOP) {
    const state_planned *const node = &plan->nodes[above[slot]];
    const int is_right = node->right == slot;
    add_step(out, plan->hashes + 32 * (size_t)(is_right ? node->left : node->right), is_right);
    slot = node->slot;
  }
  // A subtree of one leaf is that leaf: there is no step.
  uint32_t index = bucket;
  if (tree->depth > 0) {
    if (state_pair_is_many(tree, ((1u << tree->depth) | bucket) >> 1)) {
      add_step(out, tree->buckets.hashes + 32 * (size_t)(bucket ^ 1), bucket & 1);
    }
    index = ((1u << tree->depth) | bucket) >> 1;
  }
  if (index > 1 && tree->upper.many[index >> 1]) add_step(out, uncle, index & 1);
  for (index >>= 1; index > 1; index >>= 1) {
    if (!tree->upper.many[index >> 1]) continue;
    add_step(out, tree->upper.hashes + 32 * (size_t)(index ^ 1), index & 1);
  }
}

// Proofs ahead of which nodes are fetched, and how many levels: those above are near already.
#define AHEAD 3
#define LEVELS_AHEAD 9

static void fetch_nodes(const cl_state_tree *tree, uint32_t bucket) {
  __builtin_prefetch(tree->buckets.hashes + 32 * (size_t)(bucket ^ 1));
  uint32_t index = ((1u << tree->depth) | bucket) >> 2;
  for (int level = 0; level < LEVELS_AHEAD && index > 1; level++, index >>= 1) {
    __builtin_prefetch(tree->upper.hashes + 32 * (size_t)(index ^ 1));
    __builtin_prefetch(tree->upper.many + (index >> 1));
  }
}

// The place of a path among leaves first ..< last, or `last`.
static uint32_t find_leaf(const cl_state_leaf *leaves, uint32_t first, uint32_t last,
                          const uint8_t *path) {
  while (first < last && memcmp(leaves[first].path, path, 32) != 0) first++;
  return first;
}

// Steps of paths first ..< last, which fall in the piece's `count` buckets.
static int prove_piece(const cl_state_tree *tree, const state_layered *layered, state_piece *p,
                       size_t count, const uint8_t *paths, size_t first, size_t last,
                       cl_state_steps *out, size_t *ends, uint8_t *found) {
  uint64_t before = 0;
  int code = state_piece_read(p, layered, count, &before);
  if (code != CL_STATE_OK) return code;
  state_plan *const plan = &p->plan;
  code = state_plan_buckets(plan, tree->depth, p->buckets, p->merged.leaves, p->merged_starts,
                            count);
  uint32_t *const above = code == CL_STATE_OK ? parents(plan) : NULL;
  if (code == CL_STATE_OK && above == NULL) code = CL_STATE_NO_MEMORY;
  uncles beside;
  hash_uncles(tree, p->buckets, count, &beside);
  size_t b = 0;
  for (size_t i = first; i < last && code == CL_STATE_OK; i++) {
    if (i + AHEAD < last) {
      fetch_nodes(tree, (uint32_t)state_bucket_of(paths + 32 * (i + AHEAD), tree->depth));
    }
    const uint8_t *const path = paths + 32 * i;
    const uint64_t bucket = state_bucket_of(path, tree->depth);
    while (p->buckets[b] != bucket) b++;
    code = make_room(out);
    if (code != CL_STATE_OK) break;
    const uint32_t end = p->merged_starts[b + 1];
    const uint32_t leaf = find_leaf(p->merged.leaves, p->merged_starts[b], end, path);
    found[i] = leaf < end;
    if (found[i]) {
      climb(tree, plan, above, 1 + leaf, (uint32_t)bucket, beside.hashes + 32 * b, out);
    }
    ends[i] = out->length;
  }
  free(above);
  return code;
}

int cl_state_prove(const cl_state_tree *tree, const cl_state_source *source,
                   const cl_state_layer *layers, size_t layer_count, const uint8_t *paths,
                   size_t count, cl_state_steps *out, size_t *ends, uint8_t *found) {
  if (layer_count > CL_STATE_LAYERS_MAX) return CL_STATE_BAD_ORDER;
  const state_layered layered = {.depth = tree->depth, .source = source, .layers = layers,
                                 .layer_count = layer_count, .asked = {paths, count}};
  state_piece *const p = calloc(1, sizeof *p);
  int code = p == NULL ? CL_STATE_NO_MEMORY : CL_STATE_OK;
  for (size_t first = 0; first < count && code == CL_STATE_OK;) {
    size_t buckets = 0, last = first;
    for (; last < count; last++) {
      const uint64_t bucket = state_bucket_of(paths + 32 * last, tree->depth);
      if (last > 0 && memcmp(paths + 32 * (last - 1), paths + 32 * last, 32) > 0) {
        code = CL_STATE_BAD_ORDER;
      }
      if (buckets > 0 && p->buckets[buckets - 1] == bucket) continue;
      if (buckets == STATE_PIECE_BUCKETS) break;
      p->buckets[buckets++] = (uint32_t)bucket;
    }
    if (code == CL_STATE_OK) {
      code = prove_piece(tree, &layered, p, buckets, paths, first, last, out, ends, found);
    }
    first = last;
  }
  state_piece_free(p);
  return code;
}
