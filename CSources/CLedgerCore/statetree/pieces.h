#ifndef STATETREE_PIECES_H
#define STATETREE_PIECES_H

#include "tree.h"

// Some buckets' leaves, read and with layers laid over them.

#define STATE_PIECE_BUCKETS 512

// Where leaves come from, and what lies over them.
typedef struct {
  unsigned depth;
  const cl_state_source *source;
  const cl_state_layer *layers;
  size_t layer_count;
  // Whether the last layer is a batch; whether its writes change something goes to `changed`.
  int is_batch;
  uint8_t *changed;
  // Paths whose leaves are asked for, ascending; else every leaf is (or, of a batch, those that
  // it is about).
  cl_state_paths asked;
} state_layered;

typedef struct state_piece {
  // Ascending; set by the caller.
  uint32_t buckets[STATE_PIECE_BUCKETS];
  // Bucket b has merged.leaves[merged_starts[b] ..< merged_starts[b + 1]].
  uint32_t merged_starts[STATE_PIECE_BUCKETS + 1];
  cl_state_leaves merged;
  // On the way.
  uint32_t starts[STATE_PIECE_BUCKETS + 1];
  cl_state_leaves leaves, scratch[2];
  // Where each layer's writes in the next bucket begin.
  size_t places[CL_STATE_LAYERS_MAX];
  // The nodes below its buckets.
  state_plan plan;
  // In a list of idle ones.
  struct state_piece *next;
} state_piece;

// Reads the piece's first `count` buckets. Adds to *before how many leaves there are without
// the batch. A piece of zeros is empty, and can be used again and again.
int state_piece_read(state_piece *p, const state_layered *w, size_t count, uint64_t *before);
// Frees a piece that calloc made.
void state_piece_free(state_piece *p);

#endif
