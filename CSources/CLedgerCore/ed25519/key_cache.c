#include "key_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "cl_random.h"

// Set-associative: a key's hash chooses a set of WAYS entries, of which the oldest
// makes room. Nothing is chained, so whoever floods the cache with keys costs others
// their hits and no more; the hash is seeded, so nobody can aim at another's set.
#define WAYS 4

// The entries' tags (16 bits of the hash, 0 when empty) in one word: a miss is mostly
// seen without touching an entry.
typedef struct {
  uint16_t tags[WAYS];
} set_tags;

struct cl_ed25519_key_cache {
  const cl_ed25519_engine *engine;
  pthread_mutex_t lock;  // of all below
  uint64_t hits, misses;
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

static void free_memory(cl_ed25519_key_cache *cache) {
  free(cache->next);
  free(cache->tags);
  free(cache->entries);
  free(cache);
}

cl_ed25519_key_cache *cl_ed25519_new_key_cache(size_t keys_max) {
  return cl_ed25519_new_key_cache_by(cl_choose_ed25519(), keys_max);
}

cl_ed25519_key_cache *cl_ed25519_new_key_cache_by(const cl_ed25519_engine *engine,
                                                  size_t keys_max) {
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
  if (pthread_mutex_init(&cache->lock, NULL) != 0) {
    free_memory(cache);
    return NULL;
  }
  if (cache->next == NULL || cache->tags == NULL || cache->entries == NULL ||
      cl_random_bytes((uint8_t *)cache->seeds, sizeof cache->seeds) != 0) {
    cl_ed25519_free_key_cache(cache);
    return NULL;
  }
  return cache;
}

void cl_ed25519_free_key_cache(cl_ed25519_key_cache *cache) {
  if (cache == NULL) return;
  pthread_mutex_destroy(&cache->lock);
  free_memory(cache);
}

void cl_ed25519_key_cache_counts(cl_ed25519_key_cache *cache, uint64_t *hits, uint64_t *misses) {
  pthread_mutex_lock(&cache->lock);
  *hits = cache->hits;
  *misses = cache->misses;
  pthread_mutex_unlock(&cache->lock);
}

const cl_ed25519_engine *cl_key_cache_engine(const cl_ed25519_key_cache *cache) {
  return cache->engine;
}

// The entry that holds `key`, or NULL.
static uint8_t *lookup(const cl_ed25519_key_cache *cache, uint64_t hash, const uint8_t *key) {
  const size_t set = hash & cache->set_mask;
  for (size_t way = 0; way < WAYS; way++) {
    if (cache->tags[set].tags[way] == tag_of(hash) &&
        memcmp(key_at(cache, set, way), key, 32) == 0) {
      return entry_at(cache, set, way);
    }
  }
  return NULL;
}

// Three passes, so that the memory accesses of a block overlap.
void cl_key_cache_find(cl_ed25519_key_cache *cache, const uint8_t *const *keys, size_t count,
                       uint8_t *out, uint8_t *found) {
  uint64_t hashes[CL_KEY_CACHE_BLOCK];
  size_t hits = 0;
  const size_t bytes = cache->engine->point_bytes;
  for (size_t i = 0; i < count; i++) {
    hashes[i] = hash_of(cache, keys[i]);
    __builtin_prefetch(&cache->tags[hashes[i] & cache->set_mask]);
  }
  pthread_mutex_lock(&cache->lock);
  for (size_t i = 0; i < count; i++) {
    const size_t set = hashes[i] & cache->set_mask;
    for (size_t way = 0; way < WAYS; way++) {
      if (cache->tags[set].tags[way] != tag_of(hashes[i])) continue;
      const uint8_t *entry = entry_at(cache, set, way);
      for (size_t at = 0; at < cache->entry_bytes; at += 64) __builtin_prefetch(entry + at);
    }
  }
  for (size_t i = 0; i < count; i++) {
    const uint8_t *entry = lookup(cache, hashes[i], keys[i]);
    found[i] = entry != NULL;
    if (entry == NULL) continue;
    memcpy(out + i * bytes, entry, bytes);
    hits++;
  }
  cache->hits += hits;
  cache->misses += count - hits;
  pthread_mutex_unlock(&cache->lock);
}

void cl_key_cache_keep(cl_ed25519_key_cache *cache, const uint8_t *const *keys,
                       const uint8_t *const *decoded, size_t count) {
  if (count == 0) return;
  pthread_mutex_lock(&cache->lock);
  for (size_t i = 0; i < count; i++) {
    const uint64_t hash = hash_of(cache, keys[i]);
    if (lookup(cache, hash, keys[i]) != NULL) continue;  // it was missing twice
    const size_t set = hash & cache->set_mask, way = cache->next[set];
    cache->next[set] = (uint8_t)((way + 1) % WAYS);
    cache->tags[set].tags[way] = tag_of(hash);
    memcpy(entry_at(cache, set, way), decoded[i], cache->engine->point_bytes);
    memcpy(entry_at(cache, set, way) + cache->engine->point_bytes, keys[i], 32);
  }
  pthread_mutex_unlock(&cache->lock);
}
