#ifndef LMDB_PAGE_H
#define LMDB_PAGE_H

#include <stdint.h>
#include <string.h>

// The pages of LMDB's files, data version 1 (LMDB 0.9), on 64-bit little-endian machines:
//
//     page      0 number u64 · 8 pad u16 · 10 flags u16 · 12 lower u16 · 14 upper u16 · 16 node
//               offsets, u16 each, up to `lower`; nodes from `upper` to the page's end
//               (overflow: 12 count of pages u32, 16 data)
//     node      0 low u16 · 2 high u16 · 4 flags u16 · 6 key size u16 · 8 key, then data
//               (leaf: low and high are the data's size; branch: low, high and flags are the
//               child's number)
//     database  0 pad u32 · 4 flags u16 · 6 depth u16 · 8 branch, 16 leaf, 24 overflow pages
//               u64 · 32 entries u64 · 40 root u64
//     meta      16 magic u32 · 20 version u32 · 24 address u64 · 32 map size u64 · 40 free and
//               88 main database · 136 last page u64 · 144 transaction u64

#define PAGE_HEAD_BYTES 16u
#define PAGE_NODE_BYTES 8u
#define PAGE_DATABASE_BYTES 48u
#define PAGE_DEPTH_MAX 32u
#define PAGE_NONE UINT64_MAX

#define PAGE_BRANCH 0x01u
#define PAGE_LEAF 0x02u
#define PAGE_OVERFLOW 0x04u
#define PAGE_META 0x08u

#define NODE_BIG_DATA 0x01u
#define NODE_DATABASE 0x02u

#define DATABASE_INTEGER_KEYS 0x08u

static inline uint16_t page_u16(const uint8_t *at) {
  uint16_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static inline uint32_t page_u32(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static inline uint64_t page_u64(const uint8_t *at) {
  uint64_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static inline uint64_t page_number(const uint8_t *page) { return page_u64(page); }
static inline unsigned page_flags(const uint8_t *page) { return page_u16(page + 10); }
static inline unsigned page_lower(const uint8_t *page) { return page_u16(page + 12); }
static inline unsigned page_upper(const uint8_t *page) { return page_u16(page + 14); }
static inline uint32_t page_overflow_count(const uint8_t *page) { return page_u32(page + 12); }

// Whether a branch or leaf of this number has a head that leads nowhere outside of it.
static inline int page_is_sound(const uint8_t *page, uint64_t number, unsigned flags,
                                unsigned page_bytes) {
  return page_number(page) == number && page_flags(page) == flags &&
         page_lower(page) >= PAGE_HEAD_BYTES && page_lower(page) % 2 == 0 &&
         page_lower(page) <= page_upper(page) && page_upper(page) <= page_bytes;
}

static inline unsigned page_node_count(const uint8_t *page) {
  return (page_lower(page) - PAGE_HEAD_BYTES) / 2;
}

// Where node i begins, from the page's start.
static inline unsigned page_node(const uint8_t *page, unsigned i) {
  return page_u16(page + PAGE_HEAD_BYTES + 2 * i);
}

static inline unsigned node_flags(const uint8_t *node) { return page_u16(node + 4); }
static inline unsigned node_key_bytes(const uint8_t *node) { return page_u16(node + 6); }
static inline uint32_t node_data_bytes(const uint8_t *node) { return page_u32(node); }
static inline uint64_t node_child(const uint8_t *node) {
  return page_u32(node) | (uint64_t)node_flags(node) << 32;
}

#endif
