#include "pieces.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// Buckets are cut into pieces, which workers share: each reads its leaves, lays the layers
// over them, and hashes its buckets' nodes.

typedef struct {
  state_layered layered;
  // NULL where the buckets are first_bucket, first_bucket + 1, …
  const uint32_t *buckets;
  size_t first_bucket, bucket_count;
  uint8_t *hashes, *many;
  // For each piece: its code, the leaves there are, and were without the batch.
  int *codes;
  uint64_t *counts, *counts_before;
  // Unless it is NULL: the delta that the buckets are of, whose levels are laid out meanwhile.
  cl_state_delta *delta;
  int delta_code;
  // What tasks have worked with, for others to use again.
  pthread_mutex_t mutex;
  state_piece *idle;
} work;

static int do_piece(const work *w, state_piece *p, size_t i) {
  const size_t first = i * STATE_PIECE_BUCKETS, left = w->bucket_count - first;
  const size_t count = left < STATE_PIECE_BUCKETS ? left : STATE_PIECE_BUCKETS;
  for (size_t b = 0; b < count; b++) {
    p->buckets[b] =
        w->buckets != NULL ? w->buckets[first + b] : (uint32_t)(w->first_bucket + first + b);
  }
  const int code = state_piece_read(p, &w->layered, count, &w->counts_before[i]);
  if (code != CL_STATE_OK) return code;
  w->counts[i] = p->merged_starts[count];
  return state_bucket_nodes(&p->plan, w->layered.depth, p->buckets, p->merged.leaves,
                            p->merged_starts, count, w->hashes + 32 * first,
                            w->many + first);
}

static state_piece *take_idle(work *w) {
  pthread_mutex_lock(&w->mutex);
  state_piece *const p = w->idle;
  if (p != NULL) w->idle = p->next;
  pthread_mutex_unlock(&w->mutex);
  return p != NULL ? p : calloc(1, sizeof *p);
}

static void make_idle(work *w, state_piece *p) {
  pthread_mutex_lock(&w->mutex);
  p->next = w->idle;
  w->idle = p;
  pthread_mutex_unlock(&w->mutex);
}

// Task 0 lays out the levels of the delta, where there is one; the others are pieces.
static void piece_task(void *context, size_t i) {
  work *const w = context;
  if (w->delta != NULL && i-- == 0) {
    w->delta_code = state_delta_plan(w->delta, w->buckets, w->bucket_count);
    return;
  }
  state_piece *const p = take_idle(w);
  w->codes[i] = p == NULL ? CL_STATE_NO_MEMORY : do_piece(w, p, i);
  if (p != NULL) make_idle(w, p);
}

// Does all pieces; the leaves there are afterwards, and were without the batch.
static int do_pieces(work *w, cl_workers *workers, uint64_t *count, uint64_t *before) {
  const size_t pieces = (w->bucket_count + STATE_PIECE_BUCKETS - 1) / STATE_PIECE_BUCKETS;
  pthread_mutex_init(&w->mutex, NULL);
  w->codes = calloc(pieces + 1, sizeof *w->codes);
  w->counts = calloc(pieces + 1, sizeof *w->counts);
  w->counts_before = calloc(pieces + 1, sizeof *w->counts_before);
  int code = CL_STATE_NO_MEMORY;
  if (w->codes != NULL && w->counts != NULL && w->counts_before != NULL) {
    cl_workers_run(workers, piece_task, w, pieces + (w->delta != NULL));
    code = w->delta_code;
    for (size_t i = 0; i < pieces && code == CL_STATE_OK; i++) {
      code = w->codes[i];
      *count += w->counts[i];
      *before += w->counts_before[i];
    }
  }
  while (w->idle != NULL) {
    state_piece *const p = w->idle;
    w->idle = p->next;
    state_piece_free(p);
  }
  pthread_mutex_destroy(&w->mutex);
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
  for (size_t a = 0; a < ancestor_count; a++) {
    if (ancestors[a]->depth != tree->depth) return CL_STATE_BAD_ORDER;
  }
  cl_state_delta *const delta = state_delta_new(tree->depth, bucket_count);
  if (delta == NULL) return CL_STATE_NO_MEMORY;
  work w = {.layered = {.depth = tree->depth, .source = source, .layers = layers,
                        .layer_count = layer_count, .is_batch = 1, .changed = changed},
            .buckets = buckets, .bucket_count = bucket_count, .delta = delta,
            .hashes = delta->levels[tree->depth].hashes,
            .many = delta->levels[tree->depth].many};
  uint64_t count = 0, before = 0;
  const int code = do_pieces(&w, workers, &count, &before);
  if (code != CL_STATE_OK) {
    cl_state_delta_free(delta);
    return code;
  }
  *added = (int64_t)(count - before);
  state_delta_hash(delta, tree, ancestors, ancestor_count, workers);
  *out = delta;
  return CL_STATE_OK;
}

int cl_state_tree_load(cl_state_tree *tree, cl_workers *workers, const cl_state_source *source,
                       const cl_state_layer *layers, size_t layer_count, size_t first,
                       size_t count, uint64_t *leaf_count) {
  const size_t buckets = (size_t)1 << tree->depth;
  if (first > buckets || count > buckets - first || layer_count > CL_STATE_LAYERS_MAX) {
    return CL_STATE_BAD_ORDER;
  }
  work w = {.layered = {.depth = tree->depth, .source = source, .layers = layers,
                          .layer_count = layer_count},
            .first_bucket = first, .bucket_count = count, .hashes = tree->buckets.hashes + 32 * first,
            .many = tree->buckets.many + first};
  uint64_t before = 0;
  return do_pieces(&w, workers, leaf_count, &before);
}
