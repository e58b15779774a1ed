#include "tree.h"

#include <stdlib.h>
#include <string.h>

// A batch's buckets are cut into pieces, which workers share: each lays the layers over its
// leaves, and hashes its buckets' nodes.

// Buckets in a piece.
#define PIECE_BUCKETS 1024

typedef struct {
  cl_state_leaf *leaves;
  size_t count, room;
} leaf_list;

static int make_room(leaf_list *list, size_t more) {
  if (list->count + more <= list->room) return CL_STATE_OK;
  const size_t room = 2 * (list->count + more);
  cl_state_leaf *const grown = realloc(list->leaves, room * sizeof *grown);
  if (grown == NULL) return CL_STATE_NO_MEMORY;
  list->leaves = grown;
  list->room = room;
  return CL_STATE_OK;
}

// The first place from `from` on whose path is in `bucket` or behind it.
static size_t seek(const cl_state_layer *layer, size_t from, uint64_t bucket, unsigned depth) {
  size_t step = 1, low = from, high = from;
  while (high < layer->count && state_bucket_of(layer->paths + 32 * high, depth) < bucket) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  if (high > layer->count) high = layer->count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (state_bucket_of(layer->paths + 32 * middle, depth) < bucket) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

static const uint8_t gone[32];

// Appends leaves with the layer's writes first ..< last laid over them; whether each write
// changes something goes to `changed` unless that is NULL.
static int lay_over(const cl_state_leaf *leaves, size_t count, const cl_state_layer *layer,
                    size_t first, size_t last, uint8_t *changed, leaf_list *out) {
  if (make_room(out, count + (last - first)) != CL_STATE_OK) return CL_STATE_NO_MEMORY;
  size_t at = 0;
  for (size_t i = first; i < last; i++) {
    const uint8_t *const path = layer->paths + 32 * i, *const hash = layer->hashes + 32 * i;
    int order = 1;
    while (at < count && (order = memcmp(leaves[at].path, path, 32)) < 0) {
      out->leaves[out->count++] = leaves[at++];
    }
    const int is_there = at < count && order == 0;
    const uint8_t *const before = is_there ? leaves[at].hash : gone;
    if (changed != NULL) changed[i] = memcmp(before, hash, 32) != 0;
    if (is_there) at++;
    if (memcmp(hash, gone, 32) != 0) {
      cl_state_leaf *const leaf = &out->leaves[out->count++];
      memcpy(leaf->path, path, 32);
      memcpy(leaf->hash, hash, 32);
    }
  }
  if (at < count) {
    memcpy(out->leaves + out->count, leaves + at, (count - at) * sizeof *leaves);
    out->count += count - at;
  }
  return CL_STATE_OK;
}

typedef struct {
  unsigned depth;
  const uint32_t *buckets, *starts;
  size_t bucket_count;
  const cl_state_leaf *leaves;
  const cl_state_layer *layers;
  size_t layer_count;
  uint8_t *changed, *hashes, *many;
  // For each piece.
  int64_t *added;
  int *codes;
} work;

// Appends a bucket's leaves with all layers laid over them; `places` is where each layer's
// writes in it begin, and is moved behind them.
static int merge_bucket(const work *w, size_t b, size_t *places, leaf_list scratch[2],
                        leaf_list *out, int64_t *added) {
  const uint64_t bucket = w->buckets[b];
  size_t count = w->starts[b + 1] - w->starts[b];
  const cl_state_leaf *leaves = count > 0 ? w->leaves + w->starts[b] : NULL;
  int turn = 0;
  for (size_t l = 0; l < w->layer_count; l++) {
    const cl_state_layer *const layer = &w->layers[l];
    const int is_batch = l + 1 == w->layer_count;
    const size_t first = seek(layer, places[l], bucket, w->depth);
    const size_t last = seek(layer, first, bucket + 1, w->depth);
    places[l] = last;
    if (first == last && !is_batch) continue;
    leaf_list *const to = is_batch ? out : &scratch[turn];
    turn ^= 1;
    const size_t before = is_batch ? out->count : 0;
    to->count = before;
    const int code =
        lay_over(leaves, count, layer, first, last, is_batch ? w->changed : NULL, to);
    if (code != CL_STATE_OK) return code;
    if (is_batch) *added += (int64_t)(to->count - before) - (int64_t)count;
    count = to->count - before;
    leaves = count > 0 ? to->leaves + before : NULL;
  }
  return CL_STATE_OK;
}

static int stage_piece(const work *w, size_t first, size_t last, int64_t *added) {
  size_t places[CL_STATE_LAYERS_MAX];
  for (size_t l = 0; l < w->layer_count; l++) {
    places[l] = seek(&w->layers[l], 0, w->buckets[first], w->depth);
  }
  leaf_list scratch[2] = {{0}}, merged = {0};
  uint32_t starts[PIECE_BUCKETS + 1] = {0};
  int code = CL_STATE_OK;
  for (size_t b = first; b < last && code == CL_STATE_OK; b++) {
    code = merge_bucket(w, b, places, scratch, &merged, added);
    if (merged.count > UINT32_MAX) code = CL_STATE_NO_MEMORY;
    starts[b - first + 1] = (uint32_t)merged.count;
  }
  if (code == CL_STATE_OK) {
    code = state_bucket_nodes(w->depth, w->buckets + first, 0, merged.leaves, starts, last - first,
                              w->hashes + 32 * first, w->many + first);
  }
  free(scratch[0].leaves);
  free(scratch[1].leaves);
  free(merged.leaves);
  return code;
}

static void stage_task(void *context, size_t i) {
  const work *const w = context;
  const size_t first = i * PIECE_BUCKETS, end = first + PIECE_BUCKETS;
  w->codes[i] = stage_piece(w, first, end < w->bucket_count ? end : w->bucket_count,
                            &w->added[i]);
}

int cl_state_stage(const cl_state_tree *tree, const cl_state_delta *const *ancestors,
                   size_t ancestor_count, cl_workers *workers, const uint32_t *buckets,
                   const uint32_t *starts, size_t bucket_count, const cl_state_leaf *leaves,
                   const cl_state_layer *layers, size_t layer_count, uint8_t *changed,
                   int64_t *added, cl_state_delta **out) {
  *out = NULL;
  *added = 0;
  if (layer_count == 0 || layer_count > CL_STATE_LAYERS_MAX) return CL_STATE_BAD_ORDER;
  for (size_t b = 0; b < bucket_count; b++) {
    if (starts[b + 1] < starts[b] || (b > 0 && buckets[b] <= buckets[b - 1])) {
      return CL_STATE_BAD_ORDER;
    }
  }
  const size_t pieces = (bucket_count + PIECE_BUCKETS - 1) / PIECE_BUCKETS;
  work w = {.depth = tree->depth, .buckets = buckets, .starts = starts,
            .bucket_count = bucket_count, .leaves = leaves, .layers = layers,
            .layer_count = layer_count, .changed = changed};
  w.hashes = malloc(32 * (bucket_count + 1));
  w.many = malloc(bucket_count + 1);
  w.added = calloc(pieces + 1, sizeof *w.added);
  w.codes = calloc(pieces + 1, sizeof *w.codes);
  int code = CL_STATE_NO_MEMORY;
  if (w.hashes != NULL && w.many != NULL && w.added != NULL && w.codes != NULL) {
    cl_workers_run(workers, stage_task, &w, pieces);
    code = CL_STATE_OK;
    for (size_t i = 0; i < pieces && code == CL_STATE_OK; i++) {
      code = w.codes[i];
      *added += w.added[i];
    }
  }
  if (code == CL_STATE_OK) {
    code = state_delta_new(tree, ancestors, ancestor_count, workers, buckets, w.hashes, w.many,
                           bucket_count, out);
  }
  free(w.hashes);
  free(w.many);
  free(w.added);
  free(w.codes);
  return code;
}

typedef struct {
  cl_state_tree *tree;
  size_t first, count;
  const cl_state_leaf *leaves;
  const uint32_t *starts;
  int *codes;
} fill_work;

static void fill_task(void *context, size_t i) {
  const fill_work *const w = context;
  const size_t at = i * PIECE_BUCKETS, left = w->count - at;
  const size_t node = ((size_t)1 << w->tree->depth) + w->first + at;
  w->codes[i] = state_bucket_nodes(w->tree->depth, NULL, w->first + at, w->leaves,
                                   w->starts + at, left < PIECE_BUCKETS ? left : PIECE_BUCKETS,
                                   w->tree->hashes + 32 * node, w->tree->many + node);
}

int cl_state_tree_fill(cl_state_tree *tree, cl_workers *workers, size_t first, size_t count,
                       const cl_state_leaf *leaves, const uint32_t *starts) {
  const size_t buckets = (size_t)1 << tree->depth;
  if (first > buckets || count > buckets - first) return CL_STATE_BAD_ORDER;
  for (size_t b = 0; b < count; b++) {
    if (starts[b + 1] < starts[b]) return CL_STATE_BAD_ORDER;
  }
  const size_t pieces = (count + PIECE_BUCKETS - 1) / PIECE_BUCKETS;
  fill_work w = {tree, first, count, leaves, starts, calloc(pieces + 1, sizeof *w.codes)};
  if (w.codes == NULL) return CL_STATE_NO_MEMORY;
  cl_workers_run(workers, fill_task, &w, pieces);
  int code = CL_STATE_OK;
  for (size_t i = 0; i < pieces && code == CL_STATE_OK; i++) code = w.codes[i];
  free(w.codes);
  return code;
}
