#ifndef CL_SHA256_LANES_H
#define CL_SHA256_LANES_H

#include "engine.h"

#define CL_SHA256_LANES_MAX 16
#define CL_SHA256_BLOCK 64

// How several messages are hashed side by side.
typedef struct {
  unsigned lanes;
  // Word w of lane l is state[w · word_stride + l · lane_stride].
  unsigned word_stride, lane_stride;
  // Compresses a block into each lane's state, from the initial state where the
  // lane's bit of `fresh` is set. `state` is 64-byte aligned. A lane whose bit of
  // `busy` is clear holds nothing of use.
  void (*step)(uint32_t *state, const uint8_t *const *blocks, unsigned busy, unsigned fresh);
} cl_sha256_lanes;

// cl_sha256_messages, a lane taking up the next message when its own has ended.
void cl_sha256_run(const cl_sha256_lanes *by, const uint8_t *prefix, size_t prefix_length,
                   const uint8_t *base, const cl_sha256_range *ranges, size_t count,
                   uint8_t *out);

// Block `*position` of the message prefix ‖ data: in the data itself where it can
// be, else put together in `block`. Moves `*position` to the next.
const uint8_t *cl_sha256_next_block(uint8_t *block, const uint8_t *prefix, size_t prefix_length,
                                    const uint8_t *data, size_t length, size_t *position);

// How many blocks a message of so many bytes takes: it, 0x80 and its length in 8
// bytes.
static inline size_t cl_sha256_blocks(size_t bytes) {
  return (bytes + 9 + CL_SHA256_BLOCK - 1) / CL_SHA256_BLOCK;
}

#endif
