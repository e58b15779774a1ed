#include "pieces.h"

#include <stdlib.h>
#include <string.h>

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
static size_t seek(cl_state_paths list, size_t from, uint64_t bucket, unsigned depth) {
  size_t step = 1, low = from, high = from;
  while (high < list.count && state_bucket_of(list.paths + 32 * high, depth) < bucket) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  if (high > list.count) high = list.count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (state_bucket_of(list.paths + 32 * middle, depth) < bucket) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

static cl_state_paths paths_of(const cl_state_layer *layer) {
  return (cl_state_paths){layer->paths, layer->count};
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

// Appends a bucket's leaves with all layers laid over them to `merged`; how many there are
// without the batch.
static int merge_bucket(const state_layered *w, state_piece *p, size_t b, uint64_t *before) {
  const uint64_t bucket = p->buckets[b];
  size_t count = p->starts[b + 1] - p->starts[b];
  const cl_state_leaf *leaves = count > 0 ? p->leaves.leaves + p->starts[b] : NULL;
  int turn = 0;
  for (size_t l = 0; l < w->layer_count; l++) {
    const cl_state_layer *const layer = &w->layers[l];
    const int is_last = l + 1 == w->layer_count;
    const size_t first = seek(paths_of(layer), p->places[l], bucket, w->depth);
    const size_t last = seek(paths_of(layer), first, bucket + 1, w->depth);
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

static int merge(const state_layered *w, state_piece *p, size_t count, uint64_t *before) {
  for (size_t l = 0; l < w->layer_count; l++) {
    p->places[l] = seek(paths_of(&w->layers[l]), 0, p->buckets[0], w->depth);
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
static int are_starts_right(const state_piece *p, size_t count) {
  if (p->starts[0] != 0 || p->starts[count] != p->leaves.count) return 0;
  for (size_t b = 0; b < count; b++) {
    if (p->starts[b + 1] < p->starts[b]) return 0;
  }
  return 1;
}

// Those paths that are in buckets first … last.
static cl_state_paths paths_in(cl_state_paths list, uint64_t first, uint64_t last,
                               unsigned depth) {
  const size_t start = seek(list, 0, first, depth);
  const size_t end = seek(list, start, last + 1, depth);
  return (cl_state_paths){start < end ? list.paths + 32 * start : NULL, end - start};
}

int state_piece_read(state_piece *p, const state_layered *w, size_t count, uint64_t *before) {
  p->leaves.count = 0;
  p->merged.count = 0;
  // Other leaves' paths are compared with nothing.
  cl_state_paths lists[CL_STATE_WANTED_MAX];
  const int is_choosy = w->is_batch || w->asked.count > 0;
  const uint64_t first = p->buckets[0], last = p->buckets[count - 1];
  for (size_t l = 0; l < w->layer_count && is_choosy; l++) {
    lists[l] = paths_in(paths_of(&w->layers[l]), first, last, w->depth);
  }
  lists[w->layer_count] = paths_in(w->asked, first, last, w->depth);
  const cl_state_wanted wanted = {lists, w->layer_count + 1};
  const int code = w->source->read(w->source->context, w->depth, p->buckets, count,
                                   is_choosy ? &wanted : NULL, &p->leaves, p->starts);
  if (code != CL_STATE_OK) return code;
  if (!are_starts_right(p, count)) return CL_STATE_BAD_ORDER;
  if (w->layer_count > 0) return merge(w, p, count, before);
  // As they are.
  const cl_state_leaves spare = p->merged;
  p->merged = p->leaves;
  p->leaves = spare;
  memcpy(p->merged_starts, p->starts, (count + 1) * sizeof *p->starts);
  return CL_STATE_OK;
}

void state_piece_free(state_piece *p) {
  if (p == NULL) return;
  free(p->leaves.leaves);
  free(p->merged.leaves);
  free(p->scratch[0].leaves);
  free(p->scratch[1].leaves);
  state_plan_free(&p->plan);
  free(p);
}
