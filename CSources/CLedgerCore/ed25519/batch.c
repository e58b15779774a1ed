#include "batch.h"

#include <stdlib.h>
#include <string.h>

#include "../sha512/sha512_lanes.h"
#include "cl_random.h"
#include "key_cache.h"

// The driver of every engine. A batch is verified in chunks, so that its working
// set stays in the processor's caches and its memory does not grow with the
// caller's count; a chunk is prepared in blocks, whose encodings, hash inputs and
// hashes fit the stack.
#define BLOCK CL_KEY_CACHE_BLOCK

// So few signatures take longer in an equation than one by one.
#define SINGLES_MAX 2

typedef struct {
  const cl_ed25519_engine *engine;
  cl_ed25519_key_cache *cache;  // or NULL
  const uint8_t *base, *prefix;
  size_t prefix_length;
  const cl_ed25519_item *items;  // the chunk's first item is items[first]
  size_t first;
  uint8_t *verdicts;

  // Of the chunk's signatures that can be put into an equation:
  uint8_t *keys, *nonces;  // decoded, in the engine's form
  scalar *s;
  scalar *k;  // SHA512(R ‖ A ‖ prefix ‖ message) mod L; later z·k mod L
  coefficient *z;
  uint32_t *positions;  // of each in the chunk
  size_t ready;

  uint8_t *block;  // three decoded points for each of a block
  void *memory;    // of the engine's add_up
  // Signatures that may still be put into sums while searching a failing chunk;
  // then the rest is verified one by one. An adversary's batch of many bad
  // signatures so costs a bounded factor.
  size_t budget;
} chunk;

static const cl_ed25519_item *item_at(const chunk *c, size_t index) {
  return &c->items[c->first + c->positions[index]];
}

static void accept(chunk *c, size_t index) {
  size_t position = c->first + c->positions[index];
  c->verdicts[position / 8] |= (uint8_t)(1 << position % 8);
}

static const uint8_t *message_of(const chunk *c, const cl_ed25519_item *item) {
  return item->message_length == 0 ? NULL : c->base + item->message_offset;
}

// Decodes keys[0 ..< count] into c->block, and nonces[0 ..< count] to the address that
// it returns; the cache's keys are copied, and what it lacks is decoded together with
// the nonces. is_point: first of the keys, then of the nonces.
static const uint8_t *decode_block(chunk *c, const uint8_t *const *keys,
                                   const uint8_t *const *nonces, size_t count,
                                   uint8_t *is_point) {
  const uint8_t *encodings[2 * BLOCK];
  uint8_t found[BLOCK], decoded[2 * BLOCK];
  uint32_t missing[BLOCK];
  const size_t bytes = c->engine->point_bytes;
  if (c->cache == NULL) {
    memcpy(encodings, keys, count * sizeof *keys);
    memcpy(encodings + count, nonces, count * sizeof *nonces);
    c->engine->decode(c->block, is_point, encodings, 2 * count);
    return c->block + count * bytes;
  }
  const uint8_t *new_keys[BLOCK], *new_points[BLOCK];
  size_t misses = 0, kept = 0;
  cl_key_cache_find(c->cache, keys, count, c->block, found);
  memcpy(encodings, nonces, count * sizeof *nonces);
  for (size_t i = 0; i < count; i++) {
    is_point[i] = found[i];
    if (found[i]) continue;
    encodings[count + misses] = keys[i];
    missing[misses++] = (uint32_t)i;
  }
  uint8_t *behind = c->block + BLOCK * bytes;
  c->engine->decode(behind, decoded, encodings, count + misses);
  memcpy(is_point + count, decoded, count);
  for (size_t i = 0; i < misses; i++) {
    if (!decoded[count + i]) continue;
    const uint8_t *own = behind + (count + i) * bytes;
    is_point[missing[i]] = 1;
    memcpy(c->block + missing[i] * bytes, own, bytes);
    new_keys[kept] = keys[missing[i]];
    new_points[kept++] = own;
  }
  cl_key_cache_keep(c->cache, new_keys, new_points, kept);
  return behind;
}

// Decodes and hashes items[from ..< from + count] of the chunk, count <= BLOCK, and
// appends those with S < L and two points.
static void prepare_block(chunk *c, size_t from, size_t count) {
  const uint8_t *keys[BLOCK], *nonces[BLOCK];
  uint8_t is_point[2 * BLOCK];
  uint32_t candidates[BLOCK];
  cl_sha512_challenge challenges[BLOCK];
  uint8_t hashes[BLOCK][64];
  scalar s[BLOCK];
  size_t found = 0;
  for (size_t i = from; i < from + count; i++) {
    const cl_ed25519_item *item = &c->items[c->first + i];
    scalar_from_bytes(&s[found], c->base + item->signature_offset + 32);
    if (!scalar_is_canonical(&s[found])) continue;
    keys[found] = c->base + item->key_offset;
    nonces[found] = c->base + item->signature_offset;
    candidates[found++] = (uint32_t)i;
  }
  const size_t bytes = c->engine->point_bytes, start = c->ready;
  const uint8_t *decoded_nonces = decode_block(c, keys, nonces, found, is_point);
  for (size_t i = 0; i < found; i++) {
    if (!is_point[i] || !is_point[found + i]) continue;
    const cl_ed25519_item *item = &c->items[c->first + candidates[i]];
    challenges[c->ready - start] = (cl_sha512_challenge){
        .nonce = nonces[i],
        .key = keys[i],
        .prefix = c->prefix,
        .prefix_length = c->prefix_length,
        .message = message_of(c, item),
        .message_length = item->message_length,
    };
    memcpy(c->keys + c->ready * bytes, c->block + i * bytes, bytes);
    memcpy(c->nonces + c->ready * bytes, decoded_nonces + i * bytes, bytes);
    c->s[c->ready] = s[i];
    c->positions[c->ready++] = candidates[i];
  }
  cl_sha512_challenges(challenges, c->ready - start, hashes);
  c->engine->reduce(c->k + start, (const uint8_t(*)[64])hashes, c->ready - start);
}

// out = the group equation of the prepared items[from ..< from + count].
static void add_up(point *out, chunk *c, size_t from, size_t count) {
  const size_t bytes = c->engine->point_bytes;
  cl_ed25519_sum sum = {
      .count = count,
      .keys = c->keys + from * bytes,
      .nonces = c->nonces + from * bytes,
      .key_scalars = c->k + from,
      .nonce_scalars = c->z + from,
  };
  scalar_sum base = {{0}};
  for (size_t i = from; i < from + count; i++) scalar_sum_add(&base, &c->z[i], &c->s[i]);
  scalar_sum_negate(&sum.base, &base);
  c->engine->add_up(out, &sum, c->memory);
}

static int verify_one(const chunk *c, const cl_ed25519_item *item) {
  return c->engine->verify(c->base + item->key_offset, c->base + item->signature_offset, c->prefix,
                           c->prefix_length, message_of(c, item), item->message_length);
}

static int verify_each(chunk *c, size_t from, size_t count) {
  int all = 1;
  for (size_t i = from; i < from + count; i++) {
    if (verify_one(c, item_at(c, i))) {
      accept(c, i);
    } else {
      all = 0;
    }
  }
  return all;
}

// Marks the valid ones of items[from ..< from + count], whose equation adds up to
// `sum`; 1 when all are. Only the left half of a failing range is added up: the
// right half's sum is what is left. Recursion halves `count`: at most 13 deep.
static int settle(chunk *c, size_t from, size_t count, const point *sum) {
  if (point_times_8_is_identity(sum)) {
    for (size_t i = from; i < from + count; i++) accept(c, i);
    return 1;
  }
  if (count == 1) return 0;
  const size_t half = count / 2;
  if (count <= SINGLES_MAX || c->budget < half) return verify_each(c, from, count);
  c->budget -= half;
  point left, right;
  cached subtrahend;
  completed difference;
  add_up(&left, c, from, half);
  point_to_cached(&subtrahend, &left);
  point_sub(&difference, sum, &subtrahend);
  point_complete(&right, &difference);
  int left_holds = settle(c, from, half, &left);
  int right_holds = settle(c, from + half, count - half, &right);
  return left_holds && right_holds;
}

static int verify_chunk(chunk *c, size_t count) {
  c->ready = 0;
  for (size_t from = 0; from < count; from += BLOCK) {
    prepare_block(c, from, count - from < BLOCK ? count - from : BLOCK);
  }
  if (c->ready == 0) return CL_ED25519_INVALID;
  // Drawn only now: no input can depend on the coefficients.
  if (cl_random_bytes((uint8_t *)c->z, c->ready * sizeof *c->z) != 0) return CL_ED25519_NO_RANDOM;
  c->engine->scale(c->k, c->z, c->ready);
  c->budget = 2 * c->ready;
  point sum;
  add_up(&sum, c, 0, c->ready);
  int all = settle(c, 0, c->ready, &sum);
  return all && c->ready == count ? CL_ED25519_VALID : CL_ED25519_INVALID;
}

// A batch too small for an equation.
static int verify_few(const chunk *c, size_t count) {
  int result = CL_ED25519_VALID;
  for (size_t i = 0; i < count; i++) {
    if (verify_one(c, &c->items[i])) {
      c->verdicts[0] |= (uint8_t)(1 << i);
    } else {
      result = CL_ED25519_INVALID;
    }
  }
  return result;
}

static size_t round_up(size_t bytes) { return (bytes + 63) / 64 * 64; }

int cl_ed25519_batch(const cl_ed25519_engine *engine, cl_ed25519_key_cache *cache,
                     const uint8_t *base, const uint8_t *prefix, size_t prefix_length,
                     const cl_ed25519_item *items, size_t count, uint8_t *verdicts) {
  chunk c = {
      .engine = engine,
      .cache = cache,
      .base = base,
      .prefix = prefix,
      .prefix_length = prefix_length,
      .items = items,
      .verdicts = verdicts,
  };
  if (count <= SINGLES_MAX) return verify_few(&c, count);
  const size_t length = count < engine->sum_max ? count : engine->sum_max;
  const size_t points = round_up(length * engine->point_bytes);
  const size_t block = round_up(3 * BLOCK * engine->point_bytes);
  const size_t work = round_up(engine->sum_memory(length));
  const size_t rest = length * (2 * sizeof(scalar) + sizeof(coefficient) + sizeof(uint32_t));
  uint8_t *memory = aligned_alloc(64, 2 * points + block + work + round_up(rest));
  if (memory == NULL) return CL_ED25519_NO_MEMORY;
  c.keys = memory;
  c.nonces = c.keys + points;
  c.block = c.nonces + points;
  c.memory = c.block + block;
  c.s = (scalar *)(c.block + block + work);
  c.k = c.s + length;
  c.z = (coefficient *)(c.k + length);
  c.positions = (uint32_t *)(c.z + length);
  int result = CL_ED25519_VALID;
  while (c.first < count && result >= 0) {
    size_t part = count - c.first < length ? count - c.first : length;
    int one = verify_chunk(&c, part);
    if (one != CL_ED25519_VALID) result = one;
    c.first += part;
  }
  free(memory);
  return result;
}
