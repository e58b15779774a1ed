#include "lanes.h"

#include <string.h>

#define BLOCK 128

// Messages are put in order within groups of this many.
#define GROUP 1024

// Block counts from here on share a place in the order.
#define PLACES 64

typedef struct {
  uint8_t block[BLOCK];
  const cl_sha512_challenge *job;
  uint8_t *out;
  size_t position;  // bytes of the message before its next block
  size_t blocks;    // left
} lane;

static size_t message_bytes(const cl_sha512_challenge *job) {
  return 64 + job->prefix_length + job->message_length;
}

// The message, 0x80 and its length in 16 bytes.
static size_t block_count(const cl_sha512_challenge *job) {
  return (message_bytes(job) + 17 + BLOCK - 1) / BLOCK;
}

static void store_big_endian(uint8_t *out, uint64_t word) {
  word = __builtin_bswap64(word);
  memcpy(out, &word, sizeof word);
}

// Copies what of a piece of `length` bytes, `start` bytes into the message, belongs
// to the block that begins at `position`.
static void copy_piece(uint8_t *block, size_t position, size_t start, const uint8_t *piece,
                       size_t length) {
  size_t from = start > position ? start : position;
  size_t to = start + length < position + BLOCK ? start + length : position + BLOCK;
  if (from < to) memcpy(block + (from - position), piece + (from - start), to - from);
}

// The lane's next block: in the message itself where it can be.
static const uint8_t *next_block(lane *l) {
  const cl_sha512_challenge *job = l->job;
  const size_t position = l->position, body = 64 + job->prefix_length;
  const size_t total = body + job->message_length;
  l->position += BLOCK;
  if (position >= body && position + BLOCK <= total) return job->message + (position - body);
  if (position == 0) {
    memcpy(l->block, job->nonce, 32);
    memcpy(l->block + 32, job->key, 32);
  }
  if (position < body) copy_piece(l->block, position, 64, job->prefix, job->prefix_length);
  copy_piece(l->block, position, body, job->message, job->message_length);
  if (position + BLOCK <= total) return l->block;
  const size_t filled = total > position ? total - position : 0;
  memset(l->block + filled, 0, BLOCK - filled);
  if (total >= position) l->block[filled] = 0x80;  // else the block before has it
  if (l->blocks == 1) {
    store_big_endian(l->block + BLOCK - 16, (uint64_t)total >> 61);
    store_big_endian(l->block + BLOCK - 8, (uint64_t)total << 3);
  }
  return l->block;
}

// The order in which messages are taken up: the longest first, so that none is
// left to run alone at the end. NULL when any order does.
static const uint16_t *order_of(const cl_sha512_challenge *in, size_t count, uint16_t *order) {
  uint16_t starts[PLACES + 1] = {0};
  const size_t first = block_count(in);
  int same = 1;
  for (size_t i = 0; i < count; i++) {
    size_t blocks = block_count(&in[i]);
    same &= blocks == first;
    starts[blocks < PLACES ? PLACES - blocks : 0]++;
  }
  if (same) return NULL;
  uint16_t sum = 0;
  for (size_t p = 0; p <= PLACES; p++) {
    uint16_t here = starts[p];
    starts[p] = sum;
    sum = (uint16_t)(sum + here);
  }
  for (size_t i = 0; i < count; i++) {
    size_t blocks = block_count(&in[i]);
    order[starts[blocks < PLACES ? PLACES - blocks : 0]++] = (uint16_t)i;
  }
  return order;
}

static void take_up(lane *l, const cl_sha512_challenge *job, uint8_t *out) {
  l->job = job;
  l->out = out;
  l->position = 0;
  l->blocks = block_count(job);
}

static void run_group(cl_sha512_step *step, unsigned lanes, const cl_sha512_challenge *in,
                      size_t count, uint8_t (*out)[64]) {
  _Alignas(64) uint64_t state[8 * CL_SHA512_LANES_MAX];
  lane lane_of[CL_SHA512_LANES_MAX];
  const uint8_t *blocks[CL_SHA512_LANES_MAX];
  uint16_t memory[GROUP];
  const uint16_t *order = order_of(in, count, memory);
  size_t next = 0, open = count;
  unsigned busy = 0;
  for (unsigned i = 0; i < lanes; i++) blocks[i] = memset(lane_of[i].block, 0, BLOCK);
  memset(state, 0, sizeof state);
  while (open != 0) {
    unsigned fresh = 0;
    for (unsigned i = 0; i < lanes; i++) {
      if (!(busy >> i & 1)) {
        if (next == count) continue;  // an idle lane compresses what lies there
        size_t index = order != NULL ? order[next] : next;
        next++;
        take_up(&lane_of[i], &in[index], out[index]);
        fresh |= 1u << i;
      }
      blocks[i] = next_block(&lane_of[i]);
    }
    busy |= fresh;
    step(state, blocks, fresh);
    for (unsigned i = 0; i < lanes; i++) {
      if (!(busy >> i & 1) || --lane_of[i].blocks != 0) continue;
      for (unsigned w = 0; w < 8; w++) {
        store_big_endian(lane_of[i].out + 8 * w, state[w * lanes + i]);
      }
      blocks[i] = lane_of[i].block;
      busy &= ~(1u << i);
      open--;
    }
  }
}

void cl_sha512_run(cl_sha512_step *step, unsigned lanes, const cl_sha512_challenge *in,
                   size_t count, uint8_t (*out)[64]) {
  while (count > 1) {
    size_t group = count < GROUP ? count : GROUP;
    run_group(step, lanes, in, group, out);
    in += group;
    out += group;
    count -= group;
  }
  if (count == 1) cl_sha512_challenges_portable(in, 1, out);
}
