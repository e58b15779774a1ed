#include "check_nodes.h"

check_key check_key_of(const uint8_t *page, unsigned i) {
  const uint8_t *const node = page + page_node(page, i);
  return (check_key){node + PAGE_NODE_BYTES, node_key_bytes(node)};
}

// Below 0, 0 or above 0, as LMDB orders keys.
static int order(check_key a, check_key b, int are_integers) {
  if (are_integers) {
    const uint64_t x = page_u64(a.bytes), y = page_u64(b.bytes);
    return (x > y) - (x < y);
  }
  const int bytes = memcmp(a.bytes, b.bytes, a.length < b.length ? a.length : b.length);
  return bytes != 0 ? bytes : (a.length > b.length) - (a.length < b.length);
}

// The room a node takes; what it says of itself is not believed yet.
static size_t node_bytes(const uint8_t *node, int is_leaf) {
  size_t length = PAGE_NODE_BYTES + node_key_bytes(node);
  if (is_leaf) {
    length += node_flags(node) & NODE_BIG_DATA ? sizeof(uint64_t) : node_data_bytes(node);
  }
  return (length + 1) & ~(size_t)1;
}

// Whether the nodes, each of which is within the page, lie side by side from `upper` to its
// end: LMDB moves them by what each says of its length.
static int are_side_by_side(const uint8_t *page, unsigned page_bytes, int is_leaf) {
  uint64_t starts[PAGE_BYTES_MAX / 2 / 64];
  memset(starts, 0, page_bytes / 16);
  const unsigned count = page_node_count(page);
  for (unsigned i = 0; i < count; i++) {
    const unsigned at = page_node(page, i) / 2;
    starts[at / 64] |= UINT64_C(1) << at % 64;
  }
  size_t at = page_upper(page);
  unsigned seen = 0;
  while (at < page_bytes) {
    if (at % 2 != 0 || !(starts[at / 128] >> at / 2 % 64 & 1)) return 0;
    at += node_bytes(page + at, is_leaf);
    seen++;
  }
  return seen == count;
}

static int is_key_size_right(const check_bounds *bounds, unsigned length) {
  return bounds->has_integer_keys ? length == sizeof(uint64_t)
                                  : length >= 1 && length <= PAGE_KEY_BYTES_MAX;
}

int check_nodes(const uint8_t *page, const check_bounds *bounds, unsigned *flags) {
  const unsigned page_bytes = bounds->page_bytes;
  if (!page_is_sound(page, bounds->number, bounds->is_leaf ? PAGE_LEAF : PAGE_BRANCH,
                     page_bytes)) {
    return 0;
  }
  const unsigned count = page_node_count(page), upper = page_upper(page);
  const int are_integers = bounds->has_integer_keys;
  check_key before = bounds->low;
  *flags = 0;
  for (unsigned i = 0; i < count; i++) {
    const unsigned at = page_node(page, i);
    if (at < upper || at % 2 != 0 || at + PAGE_NODE_BYTES > page_bytes) return 0;
    const uint8_t *const node = page + at;
    if (node_bytes(node, bounds->is_leaf) > page_bytes - at) return 0;
    if (bounds->is_leaf) *flags |= node_flags(node);
    // A branch's first key counts for nothing: all that is below the second is there.
    if (!bounds->is_leaf && i == 0) continue;
    const check_key key = {node + PAGE_NODE_BYTES, node_key_bytes(node)};
    if (!is_key_size_right(bounds, key.length)) return 0;
    if (before.bytes != NULL) {
      // The lowest key may be the bound itself.
      const int step = order(before, key, are_integers);
      if (step > 0 || (step == 0 && before.bytes != bounds->low.bytes)) return 0;
    }
    before = key;
  }
  if (before.bytes != NULL && bounds->high.bytes != NULL &&
      order(before, bounds->high, are_integers) >= 0) {
    return 0;
  }
  return are_side_by_side(page, page_bytes, bounds->is_leaf);
}
