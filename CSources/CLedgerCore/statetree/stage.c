#include "tree.h"

#include <stdlib.h>
#include <string.h>

// Buckets are cut into pieces, which workers share: each reads its leaves, lays the layers
// over them, and hashes its buckets' nodes.

// Buckets in a piece.
#define PIECE_BUCKETS 1024

int cl_state_leaves_reserve(cl_state_leaves *list, size_t more) {
  if (list->count + more <= list->room) return CL_STATE_OK;
  const size_t room = 2 * (list->count + more);
  cl_state_leaf *const grown = realloc(list->leaves, room * sizeof *grown);
  if (grown == NULL) return CL_STATE_NO_MEMORY;
  list->leaves = grown;
  list->room = room;
  return CL_STATE_OK;
}

void cl_state_leaves_free(cl_state_leaves *list) {
  free(list->leaves);
  *list = (cl_state_leaves){0};
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
                    size_t first, size_t last, uint8_t *changed, cl_state_leaves *out) {
  if (cl_state_leaves_reserve(out, count + (last - first)) != CL_STATE_OK) return CL_STATE_NO_MEMORY;
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
  const cl_state_source *source;
  const cl_state_layer *layers;
  size_t layer_count;
  // Whether the last layer is a batch, whose changes are asked for.
  int is_batch;
  // NULL where the buckets are first_bucket, first_bucket + 1, …
  const uint32_t *buckets;
  size_t first_bucket, bucket_count;
  uint8_t *changed, *hashes, *many;
  // For each piece: its code, the leaves there are, and were without the batch.
  int *codes;
  uint64_t *counts, *counts_before;
} work;

// What a piece works with.
typedef struct {
  uint32_t buckets[PIECE_BUCKETS];
  uint32_t starts[PIECE_BUCKETS + 1], merged_starts[PIECE_BUCKETS + 1];
  cl_state_leaves leaves, merged, scratch[2];
  // Where each layer's writes in the next bucket begin.
  size_t places[CL_STATE_LAYERS_MAX];
} piece;

// Appends a bucket's leaves with all layers laid over them to `merged`; how many there are
// without the batch.
static int merge_bucket(const work *w, piece *p, size_t b, uint64_t *before) {
  const uint64_t bucket = p->buckets[b];
  size_t count = p->starts[b + 1] - p->starts[b];
  const cl_state_leaf *leaves = count > 0 ? p->leaves.leaves + p->starts[b] : NULL;
  int turn = 0;
  for (size_t l = 0; l < w->layer_count; l++) {
    const cl_state_layer *const layer = &w->layers[l];
    const int is_last = l + 1 == w->layer_count;
    const size_t first = seek(layer, p->places[l], bucket, w->depth);
    const size_t last = seek(layer, first, bucket + 1, w->depth);
    p->places[l] = last;
    if (is_last) *before = count;
    if (first == last && !is_last) continue;
    cl_state_leaves *const to = is_last ? &p->merged : &p->scratch[turn];
    turn ^= 1;
    const size_t start = is_last ? to->count : 0;
    to->count = start;
    const int code = lay_over(leaves, count, layer, first, last,
                              is_last && w->is_batch ? w->changed : NULL, to);
    if (code != CL_STATE_OK) return code;
    count = to->count - start;
    leaves = count > 0 ? to->leaves + start : NULL;
  }
  return CL_STATE_OK;
}

static int merge(const work *w, piece *p, size_t count, uint64_t *before) {
  for (size_t l = 0; l < w->layer_count; l++) {
    p->places[l] = seek(&w->layers[l], 0, p->buckets[0], w->depth);
  }
  p->merged_starts[0] = 0;
  for (size_t b = 0; b < count; b++) {
    uint64_t bucket_before = 0;
    const int code = merge_bucket(w, p, b, &bucket_before);
    if (code != CL_STATE_OK) return code;
    if (p->merged.count > UINT32_MAX) return CL_STATE_NO_MEMORY;
    *before += bucket_before;
    p->merged_starts[b + 1] = (uint32_t)p->merged.count;
  }
  return CL_STATE_OK;
}

// Whether starts ascend, within what was read.
static int are_starts_right(const piece *p, size_t count) {
  if (p->starts[0] != 0 || p->starts[count] != p->leaves.count) return 0;
  for (size_t b = 0; b < count; b++) {
    if (p->starts[b + 1] < p->starts[b]) return 0;
  }
  return 1;
}

static int do_piece(const work *w, piece *p, size_t i) {
  const size_t first = i * PIECE_BUCKETS, left = w->bucket_count - first;
  const size_t count = left < PIECE_BUCKETS ? left : PIECE_BUCKETS;
  for (size_t b = 0; b < count; b++) {
    p->buckets[b] =
        w->buckets != NULL ? w->buckets[first + b] : (uint32_t)(w->first_bucket + first + b);
  }
  int code =
      w->source->read(w->source->context, w->depth, p->buckets, count, &p->leaves, p->starts);
  if (code == CL_STATE_OK && !are_starts_right(p, count)) code = CL_STATE_BAD_ORDER;
  if (code == CL_STATE_OK && w->layer_count > 0) {
    code = merge(w, p, count, &w->counts_before[i]);
  }
  if (code != CL_STATE_OK) return code;
  const int is_merged = w->layer_count > 0;
  w->counts[i] = is_merged ? p->merged.count : p->leaves.count;
  return state_bucket_nodes(w->depth, p->buckets, is_merged ? p->merged.leaves : p->leaves.leaves,
                            is_merged ? p->merged_starts : p->starts, count,
                            w->hashes + 32 * first, w->many + first);
}

static void piece_task(void *context, size_t i) {
  const work *const w = context;
  piece *const p = calloc(1, sizeof *p);
  w->codes[i] = p == NULL ? CL_STATE_NO_MEMORY : do_piece(w, p, i);
  if (p == NULL) return;
  free(p->leaves.leaves);
  free(p->merged.leaves);
  free(p->scratch[0].leaves);
  free(p->scratch[1].leaves);
  free(p);
}

// Does all pieces; the leaves there are afterwards, and were without the batch.
static int do_pieces(work *w, cl_workers *workers, uint64_t *count, uint64_t *before) {
  const size_t pieces = (w->bucket_count + PIECE_BUCKETS - 1) / PIECE_BUCKETS;
  w->codes = calloc(pieces + 1, sizeof *w->codes);
  w->counts = calloc(pieces + 1, sizeof *w->counts);
  w->counts_before = calloc(pieces + 1, sizeof *w->counts_before);
  int code = CL_STATE_NO_MEMORY;
  if (w->codes != NULL && w->counts != NULL && w->counts_before != NULL) {
    cl_workers_run(workers, piece_task, w, pieces);
    code = CL_STATE_OK;
    for (size_t i = 0; i < pieces && code == CL_STATE_OK; i++) {
      code = w->codes[i];
      *count += w->counts[i];
      *before += w->counts_before[i];
    }
  }
  free(w->codes);
  free(w->counts);
  free(w->counts_before);
  return code;
}

int cl_state_stage(const cl_state_tree *tree, const cl_state_delta *const *ancestors,
                   size_t ancestor_count, cl_workers *workers, const cl_state_source *source,
                   const uint32_t *buckets, size_t bucket_count, const cl_state_layer *layers,
                   size_t layer_count, uint8_t *changed, int64_t *added, cl_state_delta **out) {
  *out = NULL;
  *added = 0;
  if (layer_count == 0 || layer_count > CL_STATE_LAYERS_MAX) return CL_STATE_BAD_ORDER;
  for (size_t b = 0; b < bucket_count; b++) {
    if (b > 0 && buckets[b] <= buckets[b - 1]) return CL_STATE_BAD_ORDER;
  }
  work w = {.depth = tree->depth, .source = source, .layers = layers,
            .layer_count = layer_count, .is_batch = 1, .buckets = buckets,
            .bucket_count = bucket_count, .changed = changed};
  w.hashes = malloc(32 * (bucket_count + 1));
  w.many = malloc(bucket_count + 1);
  int code = w.hashes == NULL || w.many == NULL ? CL_STATE_NO_MEMORY : CL_STATE_OK;
  if (code == CL_STATE_OK) {
    uint64_t count = 0, before = 0;
    code = do_pieces(&w, workers, &count, &before);
    *added = (int64_t)(count - before);
  }
  if (code == CL_STATE_OK) {
    code = state_delta_new(tree, ancestors, ancestor_count, workers, buckets, w.hashes, w.many,
                           bucket_count, out);
  }
  free(w.hashes);
  free(w.many);
  return code;
}

int cl_state_tree_load(cl_state_tree *tree, cl_workers *workers, const cl_state_source *source,
                       const cl_state_layer *layers, size_t layer_count, size_t first,
                       size_t count, uint64_t *leaf_count) {
  const size_t buckets = (size_t)1 << tree->depth;
  if (first > buckets || count > buckets - first || layer_count > CL_STATE_LAYERS_MAX) {
    return CL_STATE_BAD_ORDER;
  }
  const size_t node = buckets + first;
  work w = {.depth = tree->depth, .source = source, .layers = layers,
            .layer_count = layer_count, .first_bucket = first, .bucket_count = count,
            .hashes = tree->hashes + 32 * node, .many = tree->many + node};
  uint64_t before = 0;
  return do_pieces(&w, workers, leaf_count, &before);
}
