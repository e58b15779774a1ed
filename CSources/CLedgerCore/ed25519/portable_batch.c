#include <stdlib.h>
#include <string.h>

#include "cl_random.h"
#include "engine.h"
#include "portable.h"

// A batch is verified in chunks, so that its working set stays in the
// processor's caches and its memory does not grow with the caller's count.
#define CHUNK_MAX 2048

// Groups this small are verified one by one.
#define SINGLES_MAX 4

typedef struct {
  prepared *items;
  coefficient *z;
  uint32_t *positions;  // of each prepared item in the caller's batch
  uint8_t *verdicts;
  void *memory;
  // Signatures that may still be put into group equations while searching a
  // failing chunk; then the rest is verified one by one. An adversary's batch of
  // many bad signatures so costs a bounded factor.
  size_t budget;
  size_t first;  // the chunk's first item
} chunk;

static void accept(chunk *c, size_t index) {
  size_t position = c->first + c->positions[index];
  c->verdicts[position / 8] |= (uint8_t)(1 << position % 8);
}

// Marks the valid ones of items[from ..< from + count]; 1 when all are. With
// `failing` the group is known to hold an invalid one. Recursion halves `count`:
// at most 10 deep.
static int settle(chunk *c, size_t from, size_t count, int failing) {
  if (!failing && count > SINGLES_MAX && c->budget >= count) {
    c->budget -= count;
    if (batch_holds(c->items + from, c->z + from, count, c->memory)) {
      for (size_t i = 0; i < count; i++) accept(c, from + i);
      return 1;
    }
    failing = 1;
  }
  if (count <= SINGLES_MAX || c->budget < count / 2) {
    int all = 1;
    for (size_t i = 0; i < count; i++) {
      if (prepared_is_valid(&c->items[from + i])) {
        accept(c, from + i);
      } else {
        all = 0;
      }
    }
    return all;
  }
  size_t half = count / 2;
  int left = settle(c, from, half, 0);
  int right = settle(c, from + half, count - half, failing && left);
  return left && right;
}

static int verify_chunk(chunk *c, const uint8_t *base, const uint8_t *prefix,
                        size_t prefix_length, const cl_ed25519_item *items, size_t count) {
  size_t ready = 0;
  for (size_t i = 0; i < count; i++) {
    const cl_ed25519_item *item = &items[c->first + i];
    if (prepare(&c->items[ready], base + item->key_offset, base + item->signature_offset, prefix,
                prefix_length, item->message_length == 0 ? NULL : base + item->message_offset,
                item->message_length)) {
      c->positions[ready++] = (uint32_t)i;
    }
  }
  if (ready == 0) return CL_ED25519_INVALID;
  // Drawn only now: no input can depend on the coefficients.
  if (cl_random_bytes((uint8_t *)c->z, ready * sizeof *c->z) != 0) return CL_ED25519_NO_RANDOM;
  c->budget = 3 * ready;
  int all = settle(c, 0, ready, 0);
  return all && ready == count ? CL_ED25519_VALID : CL_ED25519_INVALID;
}

static int portable_verify_batch(const uint8_t *base, const uint8_t *prefix, size_t prefix_length,
                                 const cl_ed25519_item *items, size_t count, uint8_t *verdicts) {
  size_t length = count < CHUNK_MAX ? count : CHUNK_MAX;
  size_t equation = (batch_memory(length) + 63) / 64 * 64;
  size_t per_item = sizeof(prepared) + sizeof(coefficient) + sizeof(uint32_t);
  uint8_t *memory = aligned_alloc(64, (equation + length * per_item + 63) / 64 * 64);
  if (memory == NULL) return CL_ED25519_NO_MEMORY;
  chunk c = {.verdicts = verdicts, .memory = memory};
  c.items = (prepared *)(memory + equation);
  c.z = (coefficient *)(c.items + length);
  c.positions = (uint32_t *)(c.z + length);
  int result = CL_ED25519_VALID;
  while (c.first < count && result >= 0) {
    size_t part = count - c.first < length ? count - c.first : length;
    int one = verify_chunk(&c, base, prefix, prefix_length, items, part);
    if (one != CL_ED25519_VALID) result = one;
    c.first += part;
  }
  free(memory);
  return result;
}

static int portable_verify(const uint8_t key[32], const uint8_t signature[64],
                           const uint8_t *prefix, size_t prefix_length, const uint8_t *message,
                           size_t message_length) {
  prepared item;
  return prepare(&item, key, signature, prefix, prefix_length, message, message_length) &&
         prepared_is_valid(&item);
}

const cl_ed25519_engine cl_ed25519_portable = {
    .name = "portable",
    .verify = portable_verify,
    .verify_batch = portable_verify_batch,
};
