#ifndef STATETREE_TREE_H
#define STATETREE_TREE_H

#include "cl_state_tree.h"

// Nodes of one level that a delta changes, by ascending index.
typedef struct {
  uint32_t *indices;
  uint8_t *hashes, *many;
  size_t count;
} state_level;

// Nodes side by side.
typedef struct {
  uint8_t *hashes;  // 32 bytes a node
  uint8_t *many;    // one a node: whether it has two leaves or more
} state_nodes;

// The level above the buckets is not kept: a third of the memory for one hash more for each
// path of a batch.
struct cl_state_tree {
  unsigned depth;
  // The levels above it, in heap order. None where the depth is below 2.
  state_nodes upper;
  state_nodes buckets;
};

// Copies the node at a heap index: its hash, and whether it has two leaves or more.
void state_node(const cl_state_tree *tree, uint32_t index, uint8_t *hash, uint8_t *many);
// The buckets below a node of the level that is not kept, as state_hash_parents takes children.
void state_bucket_pair(const cl_state_tree *tree, uint32_t index, uint8_t children[64],
                       uint8_t sides[2]);
// Whether a node of that level is, by its buckets alone.
int state_pair_is_many(const cl_state_tree *tree, uint32_t index);
// How many steps from the root that level is; of depth 0, none (a level below all).
unsigned state_unkept_level(const cl_state_tree *tree);

// Memory whose contents nobody has set.
typedef struct {
  uint8_t *bytes;
  size_t size;
} state_room;

// So many bytes; CL_STATE_OK or CL_STATE_NO_MEMORY. Safe from any thread, like leaving it.
int state_room_take(size_t size, state_room *out);
void state_room_leave(state_room room);

struct cl_state_delta {
  unsigned depth;
  uint8_t root[32];
  // levels[l] is at l steps from the root.
  state_level levels[CL_STATE_DEPTH_MAX + 1];
  // Where hashes lie, of the buckets and of the levels above; whether nodes have two leaves or
  // more; their indices.
  state_room bottom, above;
  uint8_t *bottom_many, *above_many;
  uint32_t *indices;
};

// Memory that is read all over: large rooms in huge pages, where the system has them. To be
// freed by free.
void *state_alloc(size_t bytes);

// Hashes the nodes of one level whose children are given side by side: for i < count,
// children[64·i ..< +64] is left ‖ right, and sides[2·i], sides[2·i + 1] say whether they
// have two leaves or more. `children` is overwritten.
void state_hash_parents(uint8_t *children, const uint8_t *sides, size_t count, uint8_t *hashes,
                        uint8_t *many);

// Nodes whose children are gathered at a time.
#define STATE_GATHER_MAX 512

// The bucket a path falls in: its first `depth` bits.
uint64_t state_bucket_of(const uint8_t *path, unsigned depth);

// A node below a bucket that is to be hashed: from and to slots, of which the first is the
// empty subtree, then come the leaves, then the planned nodes in order.
typedef struct {
  uint32_t left, right, slot;
  uint32_t level;
} state_planned;

// The nodes below some buckets, hashed. One of zeros is empty; what it has is used again.
typedef struct {
  const cl_state_leaf *leaves;
  uint32_t leaf_count;
  state_planned *nodes;
  size_t count, room;
  uint32_t slots;
  // For each bucket, the slot of its node.
  uint32_t *roots;
  size_t roots_room;
  // For each slot.
  uint8_t *hashes;
  size_t hashes_room;
  // Nodes in the order they are hashed in.
  uint32_t *order;
  size_t order_room;
  int code;
} state_plan;

// Plans and hashes what is below buckets: bucket buckets[b] holds leaves[starts[b] ..<
// starts[b + 1]], which ascend by path and fall in it. `starts` ascends and has count + 1
// elements.
int state_plan_buckets(state_plan *p, unsigned depth, const uint32_t *buckets,
                       const cl_state_leaf *leaves, const uint32_t *starts, size_t count);
void state_plan_free(state_plan *p);

// The same buckets' nodes alone: hashes go to hashes[32·b ..< +32], and to many[b] whether
// there are two leaves or more.
int state_bucket_nodes(state_plan *p, unsigned depth, const uint32_t *buckets,
                       const cl_state_leaf *leaves, const uint32_t *starts, size_t count,
                       uint8_t *hashes, uint8_t *many);

// A delta of `count` buckets, of a tree's depth: their hashes and whether they have two leaves
// or more are the caller's to fill in, in its lowest level. NULL without memory.
cl_state_delta *state_delta_new(unsigned depth, size_t count);
// Lays out its levels; buckets ascend.
int state_delta_plan(cl_state_delta *delta, const uint32_t *buckets, size_t count);
// Hashes what is above its buckets, above a tree with deltas laid over it (oldest first), all
// of one depth.
void state_delta_hash(cl_state_delta *delta, const cl_state_tree *tree,
                      const cl_state_delta *const *ancestors, size_t ancestor_count,
                      cl_workers *workers);

#endif
