// libFuzzer target: `make fuzz`. Batches that the input decodes to are staged above each other,
// discarded, applied and flushed; after each, root, changes and proofs are those of a slow model:
// a sorted list of leaves, hashed by recursion with libsodium.

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cl_state_tree.h"

#define LEAVES_MAX 600
#define WRITES_MAX 24
#define LAYERS_MAX 6
#define PATH 32

static void stop(const char *what, long code) {
  fprintf(stderr, "%s: %ld\n", what, code);
  abort();
}

static size_t take(const uint8_t **data, size_t *size) {
  if (*size == 0) return 0;
  (*size)--;
  return *(*data)++;
}

typedef struct {
  cl_state_leaf leaves[LEAVES_MAX];
  size_t count;
} model;

static int bit(const uint8_t *path, unsigned level) {
  return path[level / 8] >> (7 - level % 8) & 1;
}

static void model_node(const cl_state_leaf *leaves, size_t count, unsigned level, uint8_t *out) {
  if (count == 0) {
    memset(out, 0, 32);
  } else if (count == 1) {
    memcpy(out, leaves[0].hash, 32);
  } else {
    uint8_t node[65] = {1};
    size_t middle = 0;
    while (middle < count && !bit(leaves[middle].path, level)) middle++;
    model_node(leaves, middle, level + 1, node + 1);
    model_node(leaves + middle, count - middle, level + 1, node + 33);
    crypto_hash_sha256(out, node, sizeof node);
  }
}

// The first leaf whose path is not below `path`.
static size_t model_place(const model *m, const uint8_t *path) {
  size_t i = 0;
  while (i < m->count && memcmp(m->leaves[i].path, path, PATH) < 0) i++;
  return i;
}

// Writes one leaf; whether that changes something.
static int model_write(model *m, const uint8_t *path, const uint8_t *hash) {
  const size_t i = model_place(m, path);
  const int is_there = i < m->count && memcmp(m->leaves[i].path, path, PATH) == 0;
  if (sodium_is_zero(hash, 32)) {
    if (!is_there) return 0;
    memmove(&m->leaves[i], &m->leaves[i + 1], (--m->count - i) * sizeof *m->leaves);
    return 1;
  }
  if (is_there && memcmp(m->leaves[i].hash, hash, 32) == 0) return 0;
  if (!is_there) {
    memmove(&m->leaves[i + 1], &m->leaves[i], (m->count++ - i) * sizeof *m->leaves);
    memcpy(m->leaves[i].path, path, PATH);
  }
  memcpy(m->leaves[i].hash, hash, 32);
  return 1;
}

static uint64_t bucket_of(const uint8_t *path, unsigned depth) {
  uint64_t bucket = 0;
  for (unsigned level = 0; level < depth; level++) {
    bucket = bucket << 1 | (uint64_t)bit(path, level);
  }
  return bucket;
}

// Whether a leaf shares its first 8 bytes with another or a wanted path.
static int is_whole(const model *m, size_t i, const cl_state_wanted *wanted) {
  const uint8_t *const path = m->leaves[i].path;
  if (i > 0 && memcmp(m->leaves[i - 1].path, path, 8) == 0) return 1;
  if (i + 1 < m->count && memcmp(m->leaves[i + 1].path, path, 8) == 0) return 1;
  for (size_t l = 0; l < wanted->count; l++) {
    for (size_t w = 0; w < wanted->lists[l].count; w++) {
      if (memcmp(wanted->lists[l].paths + PATH * w, path, 8) == 0) return 1;
    }
  }
  return 0;
}

// Gives out no more of a path than it must.
static int read_model(void *context, unsigned depth, const uint32_t *buckets, size_t count,
                      const cl_state_wanted *wanted, cl_state_leaves *leaves, uint32_t *starts) {
  const model *const m = context;
  starts[0] = (uint32_t)leaves->count;
  for (size_t b = 0; b < count; b++) {
    for (size_t i = 0; i < m->count; i++) {
      if (bucket_of(m->leaves[i].path, depth) != buckets[b]) continue;
      if (cl_state_leaves_reserve(leaves, 1) != CL_STATE_OK) return CL_STATE_NO_MEMORY;
      cl_state_leaf *const leaf = &leaves->leaves[leaves->count++];
      *leaf = m->leaves[i];
      if (wanted != NULL && !is_whole(m, i, wanted)) memset(leaf->path + 8, 0, PATH - 8);
    }
    starts[b + 1] = (uint32_t)leaves->count;
  }
  return CL_STATE_OK;
}

typedef struct {
  uint8_t paths[PATH * WRITES_MAX], hashes[32 * WRITES_MAX];
  size_t count;
  cl_state_delta *delta;
  model after;
} block;

static struct {
  unsigned depth;
  cl_state_tree *tree;
  model flushed;  // what the source has
  // The tree holds the deltas of the first `applied`.
  block *blocks[LAYERS_MAX];
  size_t count, applied;
} state;

static const model *newest(void) {
  return state.count == 0 ? &state.flushed : &state.blocks[state.count - 1]->after;
}

static void expect_root(const char *what, const uint8_t *root, const model *m) {
  uint8_t expected[32];
  model_node(m->leaves, m->count, 0, expected);
  if (memcmp(root, expected, 32) != 0) stop(what, (long)m->count);
}

// Paths that share much: beginnings, middles and ends of few kinds.
static void decode_path(const uint8_t **data, size_t *size, uint8_t *path) {
  const size_t start = take(data, size), end = take(data, size);
  memset(path, 0, PATH);
  path[0] = (uint8_t)start;
  path[7] = (uint8_t)(end & 1);
  path[8] = (uint8_t)(end >> 1 & 3);
  path[20] = (uint8_t)(end & 4 ? 0x80 : 0);
  path[31] = (uint8_t)(end >> 3);
}

static void decode_batch(const uint8_t **data, size_t *size, block *b) {
  const size_t count = take(data, size) % (WRITES_MAX + 1);
  model sorted = {.count = 0};
  for (size_t i = 0; i < count; i++) {
    uint8_t path[PATH], hash[32];
    decode_path(data, size, path);
    const size_t value = take(data, size);
    memset(hash, (int)(value % 5), sizeof hash);
    // Zeros mean that it goes, so they are kept beside.
    uint8_t marked[32];
    memcpy(marked, hash, sizeof hash);
    marked[0] |= 0x80;
    model_write(&sorted, path, marked);
  }
  b->count = sorted.count;
  for (size_t i = 0; i < sorted.count; i++) {
    memcpy(b->paths + PATH * i, sorted.leaves[i].path, PATH);
    memcpy(b->hashes + 32 * i, sorted.leaves[i].hash, 32);
    b->hashes[32 * i] &= 0x7f;
  }
}

static size_t layers_of(cl_state_layer *out, size_t count) {
  for (size_t l = 0; l < count; l++) {
    out[l] = (cl_state_layer){state.blocks[l]->paths, state.blocks[l]->hashes,
                              state.blocks[l]->count};
  }
  return count;
}

static const cl_state_source source = {read_model, &state.flushed};

// Stages a batch above all others, and compares it with the model's.
static void stage(const uint8_t **data, size_t *size) {
  if (state.count == LAYERS_MAX || newest()->count + WRITES_MAX > LEAVES_MAX) return;
  block *const b = calloc(1, sizeof *b);
  if (b == NULL) stop("memory", 0);
  decode_batch(data, size, b);
  b->after = *newest();
  uint8_t changed[WRITES_MAX], root[32];
  uint32_t buckets[WRITES_MAX];
  size_t bucket_count = 0;
  int expected[WRITES_MAX];
  for (size_t i = 0; i < b->count; i++) {
    expected[i] = model_write(&b->after, b->paths + PATH * i, b->hashes + 32 * i);
    const uint32_t bucket = (uint32_t)bucket_of(b->paths + PATH * i, state.depth);
    if (bucket_count == 0 || buckets[bucket_count - 1] != bucket) buckets[bucket_count++] = bucket;
  }
  cl_state_layer layers[LAYERS_MAX + 1];
  layers_of(layers, state.count);
  layers[state.count] = (cl_state_layer){b->paths, b->hashes, b->count};
  const cl_state_delta *ancestors[LAYERS_MAX];
  for (size_t a = state.applied; a < state.count; a++) {
    ancestors[a - state.applied] = state.blocks[a]->delta;
  }
  int64_t added = 0;
  const int code =
      cl_state_stage(state.tree, ancestors, state.count - state.applied, NULL, &source, buckets,
                     bucket_count, layers, state.count + 1, changed, &added, &b->delta);
  if (code != CL_STATE_OK) stop("stage", code);
  for (size_t i = 0; i < b->count; i++) {
    if (changed[i] != expected[i]) stop("changed", (long)i);
  }
  if (added != (int64_t)b->after.count - (int64_t)newest()->count) stop("added", (long)added);
  cl_state_delta_root(b->delta, root);
  expect_root("root of a batch", root, &b->after);
  state.blocks[state.count++] = b;
}

static void discard(void) {
  if (state.count == state.applied) return;
  block *const b = state.blocks[--state.count];
  cl_state_delta_free(b->delta);
  free(b);
}

static void apply(void) {
  if (state.applied == state.count) return;
  cl_state_tree_apply(state.tree, state.blocks[state.applied++]->delta);
}

// Brings what was applied into the source.
static void flush(void) {
  if (state.applied == 0) return;
  state.flushed = state.blocks[state.applied - 1]->after;
  for (size_t i = 0; i < state.applied; i++) {
    cl_state_delta_free(state.blocks[i]->delta);
    free(state.blocks[i]);
  }
  state.count -= state.applied;
  memmove(state.blocks, state.blocks + state.applied, state.count * sizeof *state.blocks);
  state.applied = 0;
}

static const model *in_tree(void) {
  return state.applied == 0 ? &state.flushed : &state.blocks[state.applied - 1]->after;
}

// Climbs from a leaf's hash by InnerOps; how many bytes they are.
static void climb(const uint8_t *steps, size_t length, uint8_t hash[32]) {
  for (size_t at = 0; at < length;) {
    if (length - at < 2 || steps[at] != 0x22) stop("step", (long)at);
    const size_t bytes = steps[at + 1];
    const uint8_t *const step = steps + at + 2;
    uint8_t node[65] = {1};
    if (bytes == 39 && at + 2 + bytes <= length) {
      memcpy(node + 1, hash, 32);
      memcpy(node + 33, step + 7, 32);
    } else if (bytes == 37 && at + 2 + bytes <= length) {
      memcpy(node + 1, step + 5, 32);
      memcpy(node + 33, hash, 32);
    } else {
      stop("step's length", (long)bytes);
    }
    crypto_hash_sha256(hash, node, sizeof node);
    at += 2 + bytes;
  }
}

static void prove(const uint8_t **data, size_t *size) {
  block asked;
  decode_batch(data, size, &asked);
  const model *const m = in_tree();
  cl_state_layer layers[LAYERS_MAX];
  const size_t layer_count = layers_of(layers, state.applied);
  cl_state_steps steps = {0};
  size_t ends[WRITES_MAX], start = 0;
  uint8_t found[WRITES_MAX];
  const int code = cl_state_prove(state.tree, &source, layers, layer_count, asked.paths,
                                  asked.count, &steps, ends, found);
  if (code != CL_STATE_OK) stop("prove", code);
  for (size_t i = 0; i < asked.count; i++) {
    const uint8_t *const path = asked.paths + PATH * i;
    const size_t place = model_place(m, path);
    const int is_there = place < m->count && memcmp(m->leaves[place].path, path, PATH) == 0;
    if (found[i] != is_there || (!is_there && ends[i] != start)) stop("found", (long)i);
    if (is_there) {
      uint8_t hash[32];
      memcpy(hash, m->leaves[place].hash, 32);
      climb(steps.bytes + start, ends[i] - start, hash);
      expect_root("root of a proof", hash, m);
    }
    start = ends[i];
  }
  cl_state_steps_free(&steps);
}

// A tree loaded anew is the same, whatever its depth.
static void load(const uint8_t **data, size_t *size) {
  const unsigned depth = (unsigned)(take(data, size) % 9);
  cl_state_tree *const tree = cl_state_tree_new(depth);
  if (tree == NULL) stop("memory", 0);
  cl_state_layer layers[LAYERS_MAX];
  const size_t layer_count = layers_of(layers, state.count);
  uint64_t leaves = 0;
  const int code = cl_state_tree_load(tree, NULL, &source, layers, layer_count, 0,
                                      (size_t)1 << depth, &leaves);
  if (code != CL_STATE_OK || leaves != newest()->count) stop("load", code);
  cl_state_tree_build(tree, NULL);
  uint8_t root[32];
  cl_state_tree_node(tree, 1, root);
  expect_root("root of a load", root, newest());
  cl_state_tree_free(tree);
}

static void sort(const uint8_t *data, size_t size) {
  const size_t count = size / PATH < 64 ? size / PATH : 64;
  uint32_t order[64];
  if (cl_state_sort(data, PATH, count, order) != CL_STATE_OK) stop("sort", (long)count);
  uint64_t seen = 0;
  for (size_t i = 0; i < count; i++) {
    if (order[i] >= count || seen >> order[i] & 1) stop("order", (long)i);
    seen |= UINT64_C(1) << order[i];
    if (i == 0) continue;
    const int step = memcmp(data + PATH * order[i - 1], data + PATH * order[i], PATH);
    if (step > 0 || (step == 0 && order[i - 1] > order[i])) stop("sorted", (long)i);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (sodium_init() < 0) stop("libsodium", 0);
  sort(data, size);
  memset(&state, 0, sizeof state);
  state.depth = (unsigned)(take(&data, &size) % 9);
  state.tree = cl_state_tree_new(state.depth);
  if (state.tree == NULL) stop("memory", 0);
  for (int i = 0; i < 60 && size > 0; i++) {
    switch (take(&data, &size) % 8) {
      case 0: discard(); break;
      case 1: apply(); break;
      case 2: flush(); break;
      case 3: prove(&data, &size); break;
      case 4: load(&data, &size); break;
      default: stage(&data, &size); break;
    }
    uint8_t root[32];
    cl_state_tree_node(state.tree, 1, root);
    expect_root("root of the tree", root, in_tree());
  }
  while (state.applied < state.count) apply();
  flush();
  cl_state_tree_free(state.tree);
  return 0;
}
