#ifndef LMDB_CHECK_NODES_H
#define LMDB_CHECK_NODES_H

#include "page.h"

#define PAGE_BYTES_MIN 512u
#define PAGE_BYTES_MAX 32768u
#define PAGE_KEY_BYTES_MAX 511u

// A key within a page; without bytes: none.
typedef struct {
  const uint8_t *bytes;
  unsigned length;
} check_key;

// What a page has to hold to, besides its own layout.
typedef struct {
  uint64_t number;
  unsigned page_bytes;
  int is_leaf;
  // Keys are numbers of 8 bytes.
  int has_integer_keys;
  // No key is below `low`, and all are below `high`.
  check_key low, high;
} check_bounds;

// The key of node i of a sound page.
check_key check_key_of(const uint8_t *page, unsigned i);

// Whether a branch or leaf is sound: its head, its nodes, which lie side by side and fill
// the page from `upper` on, and its keys, which ascend. `flags` tells all its nodes' flags
// then, if it is a leaf. What nodes refer to is not looked at.
int check_nodes(const uint8_t *page, const check_bounds *bounds, unsigned *flags);

#endif
