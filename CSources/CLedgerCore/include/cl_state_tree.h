#ifndef CL_STATE_TREE_H
#define CL_STATE_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "cl_workers.h"

// The state's Merkle tree, hashed as ICS-23's SmtSpec says: a binary tree over the bits
// of 32-byte paths; an empty subtree is 32 zero bytes, a subtree of one leaf is that
// leaf's hash, any other is SHA256(0x01 ‖ left ‖ right).
//
// The levels from the root down to 2^depth buckets lie in memory, but for the one above the
// buckets. Nodes have heap indices: the root is 1, the children of i are 2i and 2i + 1,
// bucket b is node 2^depth + b, where b is the first `depth` bits of its leaves' paths. What is
// below the buckets is computed from their leaves each time.
//
// A tree is changed by nobody while others read it: the caller's part. Deltas never
// change. Work is shared out to `workers` (NULL: none).

#define CL_STATE_DEPTH_MAX 26
// Layers over leaves at most.
#define CL_STATE_LAYERS_MAX 32

#define CL_STATE_OK 0
#define CL_STATE_NO_MEMORY (-1)
// Leaves or nodes do not ascend, or stand outside their bucket or level.
#define CL_STATE_BAD_ORDER (-2)
// A source could not give leaves; it knows why.
#define CL_STATE_SOURCE_FAILED (-3)

typedef struct {
  uint8_t path[32], hash[32];
} cl_state_leaf;

// A list that grows.
typedef struct {
  cl_state_leaf *leaves;
  size_t count, room;
} cl_state_leaves;

// Makes room for `more`; CL_STATE_OK or CL_STATE_NO_MEMORY.
int cl_state_leaves_reserve(cl_state_leaves *list, size_t more);
void cl_state_leaves_free(cl_state_leaves *list);

// Paths that ascend, one after the other.
typedef struct {
  const uint8_t *paths;
  size_t count;
} cl_state_paths;

// Lists of paths, at most CL_STATE_WANTED_MAX.
#define CL_STATE_WANTED_MAX (CL_STATE_LAYERS_MAX + 1)
typedef struct {
  const cl_state_paths *lists;
  size_t count;
} cl_state_wanted;

// Where leaves come from. `read` appends the leaves of buckets (those whose paths' first
// `depth` bits they are; ascending) to `leaves`, ascending by path; bucket b has
// leaves[starts[b] ..< starts[b + 1]]. Unless `wanted` is NULL, only those leaves need
// their whole path that share its first 8 bytes with another leaf or a wanted path; others
// may have zeros behind. Called from several threads at once. Codes as here.
typedef struct {
  int (*read)(void *context, unsigned depth, const uint32_t *buckets, size_t count,
              const cl_state_wanted *wanted, cl_state_leaves *leaves, uint32_t *starts);
  void *context;
} cl_state_source;

// Writes at paths that ascend strictly: hashes[32·i ..< +32] is the leaf's hash at
// paths[32·i ..< +32] afterwards, zero where it is gone.
typedef struct {
  const uint8_t *paths, *hashes;
  size_t count;
} cl_state_layer;

// The order of paths, of which one begins every `stride` bytes: number order[i] is the i-th,
// and equal paths stay in their order. `count` is below 2^32. CL_STATE_OK or
// CL_STATE_NO_MEMORY.
int cl_state_sort(const uint8_t *paths, size_t stride, size_t count, uint32_t *order);

typedef struct cl_state_tree cl_state_tree;

// A tree of 2^depth empty buckets. NULL without memory, or when `depth` is over
// CL_STATE_DEPTH_MAX.
cl_state_tree *cl_state_tree_new(unsigned depth);
// The memory of its nodes, in bytes: 49.5 a bucket.
size_t cl_state_tree_bytes(unsigned depth);
void cl_state_tree_free(cl_state_tree *tree);

// Sets `count` buckets from `first` on (within the tree's) from their leaves in `source`,
// with layers laid over them, oldest first, at most CL_STATE_LAYERS_MAX. Adds the number of
// leaves to *leaf_count. The levels above are stale until cl_state_tree_build.
int cl_state_tree_load(cl_state_tree *tree, cl_workers *workers, const cl_state_source *source,
                       const cl_state_layer *layers, size_t layer_count, size_t first,
                       size_t count, uint64_t *leaf_count);
// Hashes every level above the buckets.
void cl_state_tree_build(cl_state_tree *tree, cl_workers *workers);

// Copies a node's hash, and says whether it has two leaves or more. `index` is
// 1 ..< 2^(depth + 1).
int cl_state_tree_node(const cl_state_tree *tree, uint32_t index, uint8_t hash[32]);

// What leads from leaves up to the root: bytes that grow.
typedef struct {
  uint8_t *bytes;
  size_t length, room;
} cl_state_steps;

void cl_state_steps_free(cl_state_steps *steps);

// For paths that ascend, the steps from their leaves to the root of the tree with `layers`
// over its source's leaves (which is the tree's own state): ICS-23 InnerOps as field 4 of an
// ExistenceProof, from the leaf up, appended to `out`; those of path i end at ends[i].
// found[i] says whether the path has a leaf; without one there are no steps.
int cl_state_prove(const cl_state_tree *tree, const cl_state_source *source,
                   const cl_state_layer *layers, size_t layer_count, const uint8_t *paths,
                   size_t count, cl_state_steps *out, size_t *ends, uint8_t *found);

// What a batch does to a tree: the changed nodes of all levels.
typedef struct cl_state_delta cl_state_delta;

// The delta of a batch above `tree` with `ancestors` (oldest first) laid over it.
//
// `buckets` are those that the batch writes in, ascending, all of them. `layers`, at most
// CL_STATE_LAYERS_MAX, lie over the leaves that `source` has there, oldest first; the last
// is the batch itself. changed[i] says whether its write i changes something (1 or 0), and
// *added how many leaves there are more afterwards.
int cl_state_stage(const cl_state_tree *tree, const cl_state_delta *const *ancestors,
                   size_t ancestor_count, cl_workers *workers, const cl_state_source *source,
                   const uint32_t *buckets, size_t bucket_count, const cl_state_layer *layers,
                   size_t layer_count, uint8_t *changed, int64_t *added, cl_state_delta **out);
void cl_state_delta_free(cl_state_delta *delta);

void cl_state_delta_root(const cl_state_delta *delta, uint8_t hash[32]);
// The tree's depth that it was made for.
unsigned cl_state_delta_depth(const cl_state_delta *delta);
// Lays a delta of the tree's depth over the tree.
void cl_state_tree_apply(cl_state_tree *tree, const cl_state_delta *delta);

#endif
