#include "lanes.h"

#include <string.h>

#define BLOCK CL_SHA256_BLOCK

// Messages are put in order within groups of this many.
#define GROUP 1024

// Block counts from here on share a place in the order.
#define PLACES 64

typedef struct {
  uint8_t block[BLOCK];
  const uint8_t *data;
  uint8_t *out;
  size_t length;
  size_t position;  // bytes of the message before its next block
  size_t blocks;    // left
} lane;

const uint8_t *cl_sha256_next_block(uint8_t *block, const uint8_t *prefix, size_t prefix_length,
                                    const uint8_t *data, size_t length, size_t *position) {
  const size_t total = prefix_length + length;
  size_t at = *position, filled = 0;
  *position = at + BLOCK;
  if (at >= prefix_length && at + BLOCK <= total) return data + (at - prefix_length);
  if (at < prefix_length) {
    filled = prefix_length - at < BLOCK ? prefix_length - at : BLOCK;
    memcpy(block, prefix + at, filled);
    at += filled;
  }
  if (at < total) {
    size_t rest = total - at < BLOCK - filled ? total - at : BLOCK - filled;
    if (rest != 0) memcpy(block + filled, data + (at - prefix_length), rest);
    filled += rest;
    at += rest;
  }
  if (filled == BLOCK) return block;
  memset(block + filled, 0, BLOCK - filled);
  if (at == total) block[filled] = 0x80;  // else the block before has it
  if (filled < BLOCK - 8) {
    uint64_t bits = __builtin_bswap64((uint64_t)total << 3);
    memcpy(block + BLOCK - 8, &bits, sizeof bits);
  }
  return block;
}

static size_t block_count(size_t prefix_length, const cl_sha256_range *range) {
  return cl_sha256_blocks(prefix_length + range->length);
}

static size_t place(size_t blocks) { return blocks < PLACES ? PLACES - blocks : 0; }

// The order in which messages are taken up: the longest first, so that none is
// left to run alone at the end. NULL when any order does.
static const uint16_t *order_of(size_t prefix_length, const cl_sha256_range *ranges,
                                size_t count, uint16_t *order) {
  uint16_t starts[PLACES] = {0};
  const size_t first = block_count(prefix_length, ranges);
  int same = 1;
  for (size_t i = 0; i < count; i++) {
    size_t blocks = block_count(prefix_length, &ranges[i]);
    same &= blocks == first;
    starts[place(blocks)]++;
  }
  if (same) return NULL;
  uint16_t sum = 0;
  for (size_t p = 0; p < PLACES; p++) {
    uint16_t here = starts[p];
    starts[p] = sum;
    sum = (uint16_t)(sum + here);
  }
  for (size_t i = 0; i < count; i++) {
    order[starts[place(block_count(prefix_length, &ranges[i]))]++] = (uint16_t)i;
  }
  return order;
}

static void finish(uint8_t *out, const uint32_t *state, unsigned stride) {
  for (unsigned w = 0; w < 8; w++) {
    uint32_t word = __builtin_bswap32(state[w * stride]);
    memcpy(out + 4 * w, &word, sizeof word);
  }
}

static void run_group(const cl_sha256_lanes *by, const uint8_t *prefix, size_t prefix_length,
                      const uint8_t *base, const cl_sha256_range *ranges, size_t count,
                      uint8_t *out) {
  const unsigned lanes = by->lanes;
  _Alignas(64) uint32_t state[8 * CL_SHA256_LANES_MAX];
  lane lane_of[CL_SHA256_LANES_MAX];
  const uint8_t *blocks[CL_SHA256_LANES_MAX];
  uint16_t memory[GROUP];
  const uint16_t *order = order_of(prefix_length, ranges, count, memory);
  size_t next = 0;
  unsigned busy = 0;
  for (unsigned i = 0; i < lanes; i++) blocks[i] = memset(lane_of[i].block, 0, BLOCK);
  memset(state, 0, sizeof state);
  do {
    unsigned fresh = 0;
    for (unsigned i = 0; i < lanes; i++) {
      lane *l = &lane_of[i];
      if (!(busy >> i & 1)) {
        if (next == count) continue;
        size_t index = order != NULL ? order[next] : next;
        next++;
        l->length = ranges[index].length;
        l->data = l->length != 0 ? base + ranges[index].offset : NULL;
        l->out = out + 32 * index;
        l->position = 0;
        l->blocks = block_count(prefix_length, &ranges[index]);
        fresh |= 1u << i;
      }
      blocks[i] = cl_sha256_next_block(l->block, prefix, prefix_length, l->data, l->length,
                                       &l->position);
    }
    busy |= fresh;
    by->step(state, blocks, busy, fresh);
    for (unsigned i = 0; i < lanes; i++) {
      if (!(busy >> i & 1) || --lane_of[i].blocks != 0) continue;
      finish(lane_of[i].out, state + i * by->lane_stride, by->word_stride);
      blocks[i] = lane_of[i].block;  // an idle lane compresses what lies there
      busy &= ~(1u << i);
    }
  } while (busy != 0 || next != count);
}

void cl_sha256_run(const cl_sha256_lanes *by, const uint8_t *prefix, size_t prefix_length,
                   const uint8_t *base, const cl_sha256_range *ranges, size_t count,
                   uint8_t *out) {
  while (count != 0) {
    size_t group = count < GROUP ? count : GROUP;
    run_group(by, prefix, prefix_length, base, ranges, group, out);
    ranges += group;
    out += 32 * group;
    count -= group;
  }
}
