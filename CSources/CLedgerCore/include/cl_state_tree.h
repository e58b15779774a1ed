#ifndef CL_STATE_TREE_H
#define CL_STATE_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "cl_workers.h"

// The state's Merkle tree, hashed as ICS-23's SmtSpec says: a binary tree over the bits
// of 32-byte paths; an empty subtree is 32 zero bytes, a subtree of one leaf is that
// leaf's hash, any other is SHA256(0x01 ‖ left ‖ right).
//
// The levels from the root down to 2^depth buckets lie in memory, in heap order: the root
// is node 1, the children of i are 2i and 2i + 1, bucket b is node 2^depth + b, where b
// is the first `depth` bits of its leaves' paths. What is below the buckets is computed
// from their leaves each time.
//
// A tree is changed by nobody while others read it: the caller's part. Deltas never
// change. Work is shared out to `workers` (NULL: none).

#define CL_STATE_DEPTH_MAX 26

#define CL_STATE_OK 0
#define CL_STATE_NO_MEMORY (-1)
// Leaves or nodes do not ascend, or stand outside their bucket or level.
#define CL_STATE_BAD_ORDER (-2)

typedef struct {
  uint8_t path[32], hash[32];
} cl_state_leaf;

typedef struct cl_state_tree cl_state_tree;

// A tree of 2^depth empty buckets: 66 bytes a bucket. NULL without memory, or when
// `depth` is over CL_STATE_DEPTH_MAX.
cl_state_tree *cl_state_tree_new(unsigned depth);
void cl_state_tree_free(cl_state_tree *tree);

// Sets `count` buckets from `first` on (within the tree's) from their leaves, which ascend
// by path: bucket first + b has leaves[starts[b] ..< starts[b + 1]]. The levels above are
// stale until cl_state_tree_build.
int cl_state_tree_fill(cl_state_tree *tree, cl_workers *workers, size_t first, size_t count,
                       const cl_state_leaf *leaves, const uint32_t *starts);
// Hashes every level above the buckets.
void cl_state_tree_build(cl_state_tree *tree, cl_workers *workers);

// Copies a node's hash, and says whether it has two leaves or more. `index` is
// 1 ..< 2^(depth + 1).
int cl_state_tree_node(const cl_state_tree *tree, uint32_t index, uint8_t hash[32]);

// Writes at paths that ascend strictly: hashes[32·i ..< +32] is the leaf's hash at
// paths[32·i ..< +32] afterwards, zero where it is gone.
typedef struct {
  const uint8_t *paths, *hashes;
  size_t count;
} cl_state_layer;

#define CL_STATE_LAYERS_MAX 32

// What a batch does to a tree: the changed nodes of all levels.
typedef struct cl_state_delta cl_state_delta;

// The delta of a batch above `tree` with `ancestors` (oldest first) laid over it.
//
// Bucket buckets[b] is one that the batch writes in, ascending, all of them; below all
// layers it has leaves[starts[b] ..< starts[b + 1]], ascending by path. `layers`, at most
// CL_STATE_LAYERS_MAX, lie over these leaves, oldest first; the last is the batch itself.
// changed[i] says whether its write i changes something (1 or 0), and *added how many
// leaves there are more afterwards.
int cl_state_stage(const cl_state_tree *tree, const cl_state_delta *const *ancestors,
                   size_t ancestor_count, cl_workers *workers, const uint32_t *buckets,
                   const uint32_t *starts, size_t bucket_count, const cl_state_leaf *leaves,
                   const cl_state_layer *layers, size_t layer_count, uint8_t *changed,
                   int64_t *added, cl_state_delta **out);
void cl_state_delta_free(cl_state_delta *delta);

void cl_state_delta_root(const cl_state_delta *delta, uint8_t hash[32]);
// The tree's depth that it was made for.
unsigned cl_state_delta_depth(const cl_state_delta *delta);
// Lays a delta of the tree's depth over the tree.
void cl_state_tree_apply(cl_state_tree *tree, const cl_state_delta *delta);

#endif
