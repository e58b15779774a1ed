#include "key_cache.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "../cpu/choose.h"
#include "cl_random.h"

// Set-associative: a key's hash chooses a set of WAYS entries, of which the oldest
// makes room. Nothing is chained, so whoever floods the cache with keys costs others
// their hits and no more; the hash is seeded, so nobody can aim at another's set.
#define WAYS 4
#define LOOKUPS 64

// The entries' tags (16 bits of the hash, 0 when empty) in one word: a miss is mostly
// seen without touching an entry.
typedef struct {
  uint16_t tags[WAYS];
} set_tags;

struct cl_ed25519_key_cache {
  const cl_ed25519_engine *engine;
  atomic_flag taken;
  _Atomic uint64_t hits, misses;
  uint64_t seeds[6];
  size_t set_mask, entry_bytes;
  uint8_t *next;  // the way to be replaced next, of each set
  set_tags *tags;
  uint8_t *entries;  // decoded point ‖ key, WAYS to a set
};

static uint64_t fold(uint64_t a, uint64_t b) {
  const unsigned __int128 product = (unsigned __int128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_of(const cl_ed25519_key_cache *cache, const uint8_t key[32]) {
  const uint64_t *seed = cache->seeds;
  uint64_t w[4];
  memcpy(w, key, 32);
  const uint64_t low = fold(w[0] ^ seed[0], w[1] ^ seed[1]);
  const uint64_t high = fold(w[2] ^ seed[2], w[3] ^ seed[3]);
  return fold(low ^ seed[4], high ^ seed[5]);
}

static uint16_t tag_of(uint64_t hash) { return (uint16_t)(hash >> 48 | 1); }

static uint8_t *entry_at(const cl_ed25519_key_cache *cache, size_t set, size_t way) {
  return cache->entries + (set * WAYS + way) * cache->entry_bytes;
}

static const uint8_t *key_at(const cl_ed25519_key_cache *cache, size_t set, size_t way) {
  return entry_at(cache, set, way) + cache->engine->point_bytes;
}

cl_ed25519_key_cache *cl_ed25519_new_key_cache(size_t keys_max) {
  const cl_ed25519_engine *engine = cl_choose_ed25519();
  size_t sets = 1;
  while (sets * 2 * WAYS <= keys_max && sets < ((size_t)1 << 24)) sets *= 2;
  cl_ed25519_key_cache *cache = calloc(1, sizeof *cache);
  if (cache == NULL) return NULL;
  cache->engine = engine;
  cache->set_mask = sets - 1;
  cache->entry_bytes = engine->point_bytes + 32;
  cache->next = calloc(sets, 1);
  cache->tags = calloc(sets, sizeof *cache->tags);
  cache->entries = calloc(sets * WAYS, cache->entry_bytes);
  if (cache->next == NULL || cache->tags == NULL || cache->entries == NULL ||
      cl_random_bytes((uint8_t *)cache->seeds, sizeof cache->seeds) != 0) {
    cl_ed25519_free_key_cache(cache);
    return NULL;
  }
  atomic_flag_clear(&cache->taken);
  return cache;
}

void cl_ed25519_free_key_cache(cl_ed25519_key_cache *cache) {
  if (cache == NULL) return;
  free(cache->next);
  free(cache->tags);
  free(cache->entries);
  free(cache);
}

void cl_ed25519_key_cache_counts(const cl_ed25519_key_cache *cache, uint64_t *hits,
                                 uint64_t *misses) {
  *hits = atomic_load_explicit(&cache->hits, memory_order_relaxed);
  *misses = atomic_load_explicit(&cache->misses, memory_order_relaxed);
}

int cl_key_cache_take(cl_ed25519_key_cache *cache) {
  return !atomic_flag_test_and_set_explicit(&cache->taken, memory_order_acquire);
}

void cl_key_cache_give_back(cl_ed25519_key_cache *cache) {
  atomic_flag_clear_explicit(&cache->taken, memory_order_release);
}

const cl_ed25519_engine *cl_key_cache_engine(const cl_ed25519_key_cache *cache) {
  return cache->engine;
}

// The three passes let the memory accesses of up to LOOKUPS keys overlap.
static size_t find_some(cl_ed25519_key_cache *cache, const uint8_t *const *keys, size_t count,
                        uint8_t *out, uint8_t *found) {
  uint64_t hashes[LOOKUPS];
  size_t hits = 0;
  const size_t bytes = cache->engine->point_bytes;
  for (size_t i = 0; i < count; i++) {
    hashes[i] = hash_of(cache, keys[i]);
    __builtin_prefetch(&cache->tags[hashes[i] & cache->set_mask]);
  }
  for (size_t i = 0; i < count; i++) {
    const size_t set = hashes[i] & cache->set_mask;
    for (size_t way = 0; way < WAYS; way++) {
      if (cache->tags[set].tags[way] != tag_of(hashes[i])) continue;
      const uint8_t *entry = entry_at(cache, set, way);
      for (size_t at = 0; at < cache->entry_bytes; at += 64) __builtin_prefetch(entry + at);
    }
  }
  for (size_t i = 0; i < count; i++) {
    const size_t set = hashes[i] & cache->set_mask;
    found[i] = 0;
    for (size_t way = 0; way < WAYS && !found[i]; way++) {
      if (cache->tags[set].tags[way] != tag_of(hashes[i]) ||
          memcmp(key_at(cache, set, way), keys[i], 32) != 0) {
        continue;
      }
      memcpy(out + i * bytes, entry_at(cache, set, way), bytes);
      found[i] = 1;
      hits++;
    }
  }
  return hits;
}

void cl_key_cache_find(cl_ed25519_key_cache *cache, const uint8_t *const *keys, size_t count,
                       uint8_t *out, uint8_t *found) {
  size_t hits = 0;
  for (size_t from = 0; from < count; from += LOOKUPS) {
    const size_t part = count - from < LOOKUPS ? count - from : LOOKUPS;
    hits += find_some(cache, keys + from, part, out + from * cache->engine->point_bytes,
                      found + from);
  }
  atomic_fetch_add_explicit(&cache->hits, hits, memory_order_relaxed);
  atomic_fetch_add_explicit(&cache->misses, count - hits, memory_order_relaxed);
}

void cl_key_cache_keep(cl_ed25519_key_cache *cache, const uint8_t key[32],
                       const uint8_t *decoded) {
  const uint64_t hash = hash_of(cache, key);
  const size_t set = hash & cache->set_mask;
  for (size_t way = 0; way < WAYS; way++) {
    if (cache->tags[set].tags[way] == tag_of(hash) &&
        memcmp(key_at(cache, set, way), key, 32) == 0) {
      return;  // twice in one batch
    }
  }
  const size_t way = cache->next[set];
  cache->next[set] = (uint8_t)((way + 1) % WAYS);
  cache->tags[set].tags[way] = tag_of(hash);
  memcpy(entry_at(cache, set, way), decoded, cache->engine->point_bytes);
  memcpy(entry_at(cache, set, way) + cache->engine->point_bytes, key, 32);
}
