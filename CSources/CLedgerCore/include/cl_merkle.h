#ifndef CL_MERKLE_H
#define CL_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "cl_sha256.h"

// The Merkle tree of RFC 6962 §2.1: leaf = SHA256(0x00 ‖ data), node =
// SHA256(0x01 ‖ left ‖ right), empty tree = SHA256(""). A level's odd last
// node goes up unchanged. Safe to call from any thread; any alignment.

#define CL_MERKLE_OK 0
// A range reaches outside `base`, an index is not below `count`, or `count` is
// so large that its hashes cannot be addressed. Outputs are zeroed.
#define CL_MERKLE_BAD_RANGE (-1)
// No memory for the level's hashes. Outputs are zeroed.
#define CL_MERKLE_NO_MEMORY (-2)

// The longest inclusion path of a tree whose size fits 64 bits.
#define CL_MERKLE_PATH_MAX 64

// root[32] over `count` leaves, leaf i being base[offset_i ..< +length_i].
int cl_merkle_root(const uint8_t *base, size_t base_length, const cl_sha256_range *leaves,
                   size_t count, uint8_t *root);

// root[32] over `count` leaf hashes of 32 bytes each.
int cl_merkle_root_of_hashes(const uint8_t *leaf_hashes, size_t count, uint8_t *root);

// The inclusion path of leaf `index` (RFC 6962 §2.1.1), lowest sibling first,
// into path[32 · CL_MERKLE_PATH_MAX]; *path_count = number of siblings. The
// tree's root is written to root[32] unless `root` is NULL.
int cl_merkle_path(const uint8_t *leaf_hashes, size_t count, size_t index, uint8_t *path,
                   size_t *path_count, uint8_t *root);

#endif
