#include <stdatomic.h>
#include <string.h>

#include "cl_ed25519.h"

// A batch shared out to workers, in pieces that are as large as they can be while
// every worker has one: the larger a batch, the less each signature costs.
#define PIECE_MIN 512
#define PIECE_MAX 4096

typedef struct {
  cl_ed25519_key_cache *cache;
  const uint8_t *base, *prefix;
  size_t base_length, prefix_length;
  const cl_ed25519_item *items;
  size_t count, piece;  // `piece` is a multiple of 8: no two share a byte of verdicts
  uint8_t *verdicts;
  atomic_int failure;  // the worst code of the pieces: negative before 1 before 0
} shared;

static void note(shared *s, int code) {
  int seen = atomic_load(&s->failure);
  while (code != CL_ED25519_VALID && seen >= 0 && (code < 0 || seen == CL_ED25519_VALID) &&
         !atomic_compare_exchange_weak(&s->failure, &seen, code)) {
  }
}

static void verify_piece(void *context, size_t i) {
  shared *s = context;
  const size_t first = i * s->piece;
  const size_t count = s->count - first < s->piece ? s->count - first : s->piece;
  note(s, cl_ed25519_verify_batch_cached(s->cache, s->base, s->base_length, s->prefix,
                                         s->prefix_length, s->items + first, count,
                                         s->verdicts + first / 8));
}

int cl_ed25519_verify_batch_on(cl_workers *workers, cl_ed25519_key_cache *cache,
                               const uint8_t *base, size_t base_length, const uint8_t *prefix,
                               size_t prefix_length, const cl_ed25519_item *items, size_t count,
                               uint8_t *verdicts) {
  const size_t threads = cl_workers_count(workers);
  if (threads == 0 || count < 2 * PIECE_MIN || items == NULL || verdicts == NULL) {
    return cl_ed25519_verify_batch_cached(cache, base, base_length, prefix, prefix_length, items,
                                          count, verdicts);
  }
  size_t piece = (count / threads + 8) / 8 * 8;
  if (piece < PIECE_MIN) piece = PIECE_MIN;
  if (piece > PIECE_MAX) piece = PIECE_MAX;
  shared s = {.cache = cache,
              .base = base,
              .prefix = prefix,
              .base_length = base_length,
              .prefix_length = prefix_length,
              .items = items,
              .count = count,
              .piece = piece,
              .verdicts = verdicts};
  cl_workers_run(workers, verify_piece, &s, (count - 1) / piece + 1);
  const int result = atomic_load(&s.failure);
  if (result < 0) memset(verdicts, 0, count / 8 + (count % 8 != 0));
  return result;
}
