#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cl_merkle.h"

// Trees up to this size are hashed on the stack.
#define STACK_LEAVES 64

// Hashes one level of `count` nodes in place; returns the next level's count.
static size_t rise(uint8_t *nodes, size_t count) {
  size_t pairs = count / 2;
  cl_sha256_inner_level(nodes, pairs, nodes);
  if (count % 2 == 0) return pairs;
  memmove(nodes + 32 * pairs, nodes + 32 * (count - 1), 32);
  return pairs + 1;
}

static void rise_to_root(uint8_t *nodes, size_t count, uint8_t *root) {
  if (count == 0) {
    cl_sha256(NULL, 0, root);
    return;
  }
  while (count > 1) count = rise(nodes, count);
  memcpy(root, nodes, 32);
}

// Room for `count` hashes: `stack` when they fit, else memory to be given to
// `put`. NULL with *code set when there is none.
static uint8_t *take(uint8_t *stack, size_t count, int *code) {
  *code = CL_MERKLE_OK;
  if (count <= STACK_LEAVES) return stack;
  if (count > SIZE_MAX / 64) {
    *code = CL_MERKLE_BAD_RANGE;
    return NULL;
  }
  uint8_t *memory = malloc(32 * count);
  if (memory == NULL) *code = CL_MERKLE_NO_MEMORY;
  return memory;
}

static void put(uint8_t *stack, uint8_t *memory) {
  if (memory != stack) free(memory);
}

static bool in_range(size_t base_length, const cl_sha256_range *leaves, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (leaves[i].offset > base_length) return false;
    if (leaves[i].length > base_length - leaves[i].offset) return false;
  }
  return true;
}

int cl_merkle_root(const uint8_t *base, size_t base_length, const cl_sha256_range *leaves,
                   size_t count, uint8_t *root) {
  memset(root, 0, 32);
  if (!in_range(base_length, leaves, count)) return CL_MERKLE_BAD_RANGE;
  uint8_t stack[32 * STACK_LEAVES];
  int code;
  uint8_t *nodes = take(stack, count, &code);
  if (nodes == NULL) return code;
  cl_sha256_data_leaves(base, leaves, count, nodes);
  rise_to_root(nodes, count, root);
  put(stack, nodes);
  return CL_MERKLE_OK;
}

int cl_merkle_root_of_hashes(const uint8_t *leaf_hashes, size_t count, uint8_t *root) {
  memset(root, 0, 32);
  uint8_t stack[32 * STACK_LEAVES];
  int code;
  uint8_t *nodes = take(stack, count, &code);
  if (nodes == NULL) return code;
  if (count != 0) memcpy(nodes, leaf_hashes, 32 * count);
  rise_to_root(nodes, count, root);
  put(stack, nodes);
  return CL_MERKLE_OK;
}

int cl_merkle_path(const uint8_t *leaf_hashes, size_t count, size_t index, uint8_t *path,
                   size_t *path_count, uint8_t *root) {
  *path_count = 0;
  memset(path, 0, 32 * CL_MERKLE_PATH_MAX);
  if (root != NULL) memset(root, 0, 32);
  if (index >= count) return CL_MERKLE_BAD_RANGE;
  uint8_t stack[32 * STACK_LEAVES];
  int code;
  uint8_t *nodes = take(stack, count, &code);
  if (nodes == NULL) return code;
  memcpy(nodes, leaf_hashes, 32 * count);
  while (count > 1) {
    size_t sibling = index ^ 1;
    if (sibling < count) memcpy(path + 32 * (*path_count)++, nodes + 32 * sibling, 32);
    count = rise(nodes, count);
    index /= 2;
  }
  if (root != NULL) memcpy(root, nodes, 32);
  put(stack, nodes);
  return CL_MERKLE_OK;
}
