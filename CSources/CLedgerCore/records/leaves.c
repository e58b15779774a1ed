#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../lmdb/pages.h"
#include "chain.h"
#include "cl_sha256.h"
#include "reads.h"

// A piece's records are gathered first: their keys (and values) as ranges of one buffer,
// then hashed together, 16 at a time.

// Guards what readers share: the first fault, the count, `damaged`.
static pthread_mutex_t shared = PTHREAD_MUTEX_INITIALIZER;

typedef struct {
  cl_records_source *source;
  // Where buckets are sought that were not read before; NULL until there is one.
  cl_lmdb_txn *txn;
  lmdb_pages pages;
  // NULL: all.
  const cl_state_wanted *wanted;
  // In each list, the first path that is not below the place asked for last.
  size_t next_wanted[CL_STATE_WANTED_MAX];
  cl_state_leaves *leaves;
  size_t first;  // of the leaves that are this read's
  // Those whose paths are to be hashed: which they are, and their keys and values in `bytes`.
  uint32_t *hashed;
  cl_sha256_range *keys, *values;
  size_t count, room;
  uint8_t *bytes;
  size_t used, bytes_room;
} gathering;

// Bytes gathered before they are hashed: offsets are of 32 bits.
#define GATHERED_BYTES_MAX ((size_t)1 << 30)

static int fail(cl_records_source *source, int code, const uint8_t path[32]) {
  pthread_mutex_lock(&shared);
  if (source->code == CL_LMDB_OK) {
    source->code = code;
    if (path != NULL) memcpy(source->path, path, 32);
  }
  pthread_mutex_unlock(&shared);
  return CL_STATE_SOURCE_FAILED;
}

static int fail_at(cl_records_source *source, int code, uint64_t place) {
  uint8_t path[32];
  record_place_path(place, path);
  return fail(source, code, path);
}

static void report(cl_records_source *source, int code, const uint8_t path[32]) {
  pthread_mutex_lock(&shared);
  if (source->damaged != NULL) source->damaged(source->damaged_context, code, path);
  pthread_mutex_unlock(&shared);
}

static void *grow(void *list, size_t count, size_t size) { return realloc(list, count * size); }

static int make_room(gathering *g, size_t bytes) {
  if (g->count == g->room) {
    const size_t room = g->room == 0 ? 1024 : 2 * g->room;
    uint32_t *const hashed = grow(g->hashed, room, sizeof *hashed);
    if (hashed != NULL) g->hashed = hashed;
    cl_sha256_range *const keys = grow(g->keys, room, sizeof *keys);
    if (keys != NULL) g->keys = keys;
    cl_sha256_range *const values = grow(g->values, room, sizeof *values);
    if (values != NULL) g->values = values;
    if (hashed == NULL || keys == NULL || values == NULL) return CL_STATE_NO_MEMORY;
    g->room = room;
  }
  if (g->used + bytes > g->bytes_room) {
    const size_t room = 2 * (g->used + bytes);
    if (room > GATHERED_BYTES_MAX) return CL_STATE_NO_MEMORY;
    uint8_t *const grown = grow(g->bytes, room, 1);
    if (grown == NULL) return CL_STATE_NO_MEMORY;
    g->bytes = grown;
    g->bytes_room = room;
  }
  return CL_STATE_OK;
}

static cl_sha256_range copy(gathering *g, const uint8_t *bytes, size_t length) {
  const cl_sha256_range range = {(uint32_t)g->used, (uint32_t)length};
  memcpy(g->bytes + g->used, bytes, length);
  g->used += length;
  return range;
}

// Whether the paths of the records at a place are asked for. Places ascend.
static int is_wanted(gathering *g, uint64_t place) {
  if (g->wanted == NULL) return 1;
  int is_found = 0;
  for (size_t i = 0; i < g->wanted->count; i++) {
    const cl_state_paths list = g->wanted->lists[i];
    size_t next = g->next_wanted[i];
    while (next < list.count && record_place(list.paths + 32 * next) < place) next++;
    is_found |= next < list.count && record_place(list.paths + 32 * next) == place;
    g->next_wanted[i] = next;
  }
  return is_found;
}

// Notes that a record's path, and in a check its leaf hash, is to be hashed.
static int note(gathering *g, const cl_record *record, size_t leaf) {
  const size_t value = g->source->check_values ? record->value_length : 0;
  const int code = make_room(g, record->key_length + value);
  if (code != CL_STATE_OK) return code;
  g->hashed[g->count] = (uint32_t)leaf;
  g->keys[g->count] = copy(g, record->key, record->key_length);
  g->values[g->count++] = copy(g, record->value, value);
  return CL_STATE_OK;
}

// Takes the records of a chain; whole paths come later.
static int take(gathering *g, uint64_t place, const MDB_val *chain) {
  record_chain rest = record_chain_of(chain->mv_data, chain->mv_size);
  int code;
  cl_record record;
  const int wanted = is_wanted(g, place);
  while ((code = record_chain_next(&rest, &record)) == CL_LMDB_OK) {
    code = cl_state_leaves_reserve(g->leaves, 1);
    // Records that share a place are told apart by whole paths.
    const int is_alone = rest.seen == 1 && rest.at == rest.end;
    if (code == CL_STATE_OK && (wanted || !is_alone)) {
      code = note(g, &record, g->leaves->count);
    }
    if (code != CL_STATE_OK) return code;
    cl_state_leaf *const leaf = &g->leaves->leaves[g->leaves->count++];
    record_place_path(place, leaf->path);
    memcpy(leaf->hash, record.leaf_hash, 32);
  }
  if (code == CL_LMDB_NOT_FOUND) return CL_STATE_OK;
  if (!g->source->check_values) return fail_at(g->source, code, place);
  uint8_t path[32];
  record_place_path(place, path);
  report(g->source, code, path);
  return CL_STATE_OK;
}

// Takes the records of one bucket, at which or behind whose predecessor `place` stands.
static int take_bucket(gathering *g, unsigned depth, uint32_t bucket, lmdb_place *place) {
  uint64_t key;
  MDB_val chain;
  int code;
  while ((code = lmdb_pages_entry(&g->pages, place, &key, &chain)) == CL_LMDB_OK &&
         bucket_holds(bucket, depth, key)) {
    code = take(g, key, &chain);
    if (code != CL_STATE_OK) return code;
    place->at++;
  }
  return code == CL_LMDB_OK || code == CL_LMDB_NOT_FOUND ? CL_STATE_OK
                                                          : fail(g->source, code, NULL);
}

// Takes the records of buckets that were not read before. Runs of neighbours need one search
// each, and several are made side by side.
static int take_buckets(gathering *g, unsigned depth, const uint32_t *buckets, size_t count,
                        uint32_t *starts) {
  for (size_t b = 0; b < count;) {
    uint64_t keys[LMDB_SEEK_MAX];
    lmdb_place places[LMDB_SEEK_MAX];
    size_t runs = 0, last = b;
    for (; last < count; last++) {
      if (last > b && buckets[last] == buckets[last - 1] + 1) continue;
      if (runs == LMDB_SEEK_MAX) break;
      keys[runs++] = bucket_start(buckets[last], depth);
    }
    int code = lmdb_pages_seek(&g->pages, keys, runs, places);
    if (code != CL_LMDB_OK) return fail(g->source, code, NULL);
    for (size_t run = 0, first = b; b < last; b++) {
      if (b > first && buckets[b] != buckets[b - 1] + 1) run++;
      code = take_bucket(g, depth, buckets[b], &places[run]);
      if (code != CL_STATE_OK) return code;
      starts[b + 1] = (uint32_t)g->leaves->count;
    }
  }
  return CL_STATE_OK;
}

// The digests of ranges, in `out`.
static void hash_ranges(const gathering *g, const cl_sha256_range *ranges, size_t count,
                        uint8_t *out) {
  cl_sha256_messages(NULL, 0, g->bytes, ranges, count, out);
}

// Compares each leaf's hash with that of its path and value, and puts it right.
static int check_values(gathering *g, const uint8_t *paths) {
  uint8_t *const values = malloc(32 * g->count + 1), *const pairs = malloc(64 * g->count + 1);
  const int code = values == NULL || pairs == NULL ? CL_STATE_NO_MEMORY : CL_STATE_OK;
  if (code == CL_STATE_OK) {
    hash_ranges(g, g->values, g->count, values);
    for (size_t i = 0; i < g->count; i++) {
      memcpy(pairs + 64 * i, paths + 32 * i, 32);
      memcpy(pairs + 64 * i + 32, values + 32 * i, 32);
    }
    cl_sha256_leaf_level(pairs, g->count, pairs);
    for (size_t i = 0; i < g->count; i++) {
      cl_state_leaf *const leaf = &g->leaves->leaves[g->hashed[i]];
      if (memcmp(leaf->hash, pairs + 32 * i, 32) == 0) continue;
      report(g->source, CL_RECORDS_BAD_LEAF_HASH, paths + 32 * i);
      memcpy(leaf->hash, pairs + 32 * i, 32);
    }
  }
  free(values);
  free(pairs);
  return code;
}

// Gives a leaf its whole path; whether it stands where that says.
static int set_path(cl_state_leaf *leaf, const uint8_t *path) {
  if (memcmp(leaf->path, path, 8) != 0) return 0;
  memcpy(leaf->path, path, 32);
  return 1;
}

// In a check, leaves that stand elsewhere are left out, and `starts` follows. All of them
// are hashed then.
static void leave_out(gathering *g, const uint8_t *paths, uint32_t *starts, size_t buckets) {
  cl_state_leaf *const leaves = g->leaves->leaves + g->first;
  size_t kept = 0, bucket = 0;
  for (size_t i = 0; i < g->count; i++) {
    while (bucket < buckets && starts[bucket + 1] <= g->first + i) {
      starts[++bucket] = (uint32_t)(g->first + kept);
    }
    if (!set_path(&leaves[i], paths + 32 * i)) {
      report(g->source, CL_RECORDS_WRONG_PATH, leaves[i].path);
      continue;
    }
    if (kept != i) leaves[kept] = leaves[i];
    kept++;
  }
  while (bucket < buckets) starts[++bucket] = (uint32_t)(g->first + kept);
  g->leaves->count = g->first + kept;
}

// Gives the leaves their whole paths.
static int hash_keys(gathering *g, uint32_t *starts, size_t buckets) {
  uint8_t *const paths = malloc(32 * g->count + 1);
  if (paths == NULL) return CL_STATE_NO_MEMORY;
  hash_ranges(g, g->keys, g->count, paths);
  int code = CL_STATE_OK;
  if (g->source->check_values) {
    code = check_values(g, paths);
    if (code == CL_STATE_OK) leave_out(g, paths, starts, buckets);
  } else {
    for (size_t i = 0; i < g->count && code == CL_STATE_OK; i++) {
      cl_state_leaf *const leaf = &g->leaves->leaves[g->hashed[i]];
      if (set_path(leaf, paths + 32 * i)) continue;
      code = fail(g->source, CL_RECORDS_WRONG_PATH, leaf->path);
    }
  }
  free(paths);
  return code;
}

// Buckets ahead of which what was read before is fetched: first its slot, then its leaves.
#define AHEAD_SLOT 16
#define AHEAD_LEAVES 8

static void fetch_ahead(const cl_records_reads *reads, unsigned depth, const uint32_t *buckets,
                        size_t count, size_t b) {
  if (b + AHEAD_SLOT < count) records_fetch_slot(reads, buckets[b + AHEAD_SLOT]);
  if (b + AHEAD_LEAVES >= count) return;
  size_t seen_count = 0;
  const seen_leaf *const seen =
      records_seen(reads, depth, buckets[b + AHEAD_LEAVES], &seen_count);
  for (size_t i = 0; seen != NULL && i < seen_count; i++) __builtin_prefetch(&seen[i]);
}

// A map that grows waits for the reads, whose end may wait for these leaves: so they do not
// wait for the map.
static int begin(const cl_records_source *source, cl_lmdb_txn **txn) {
  return source->reads != NULL ? records_begin_beside(source->reads, txn)
                               : cl_lmdb_begin_read(source->env, txn);
}

// Takes the leaves of a bucket that was read before; 0 where one of them is asked for whole
// and is not.
static int take_seen(gathering *g, const seen_leaf *seen, size_t count) {
  size_t next[CL_STATE_WANTED_MAX];
  const size_t next_bytes = (g->wanted != NULL ? g->wanted->count : 0) * sizeof *next;
  memcpy(next, g->next_wanted, next_bytes);
  cl_state_leaf *const leaves = g->leaves->leaves + g->leaves->count;
  for (size_t i = 0; i < count; i++) {
    if (seen[i].rest == 0 && is_wanted(g, records_seen_place(&seen[i]))) {
      // They are asked about once more, from the first.
      memcpy(g->next_wanted, next, next_bytes);
      return 0;
    }
    records_seen_leaf(g->source->reads, &seen[i], &leaves[i]);
  }
  g->leaves->count += count;
  return 1;
}

// A transaction and its pages, unless there are some.
static int open_pages(gathering *g) {
  if (g->txn != NULL) return CL_STATE_OK;
  g->txn = g->source->txn;
  int code = g->txn != NULL ? CL_LMDB_OK : begin(g->source, &g->txn);
  if (code == CL_LMDB_OK) code = lmdb_pages_open(g->txn, g->source->database, &g->pages);
  return code == CL_LMDB_OK ? CL_STATE_OK : fail(g->source, code, NULL);
}

static int gather(gathering *g, unsigned depth, const uint32_t *buckets, size_t count,
                  uint32_t *starts) {
  const cl_records_reads *const reads = g->source->reads;
  int code = CL_STATE_OK;
  starts[0] = (uint32_t)g->leaves->count;
  for (size_t b = 0; b < count && code == CL_STATE_OK;) {
    size_t seen_count = 0, last = b + 1;
    const seen_leaf *const seen = records_seen(reads, depth, buckets[b], &seen_count);
    if (seen != NULL) {
      fetch_ahead(reads, depth, buckets, count, b);
      code = cl_state_leaves_reserve(g->leaves, seen_count);
    }
    if (code == CL_STATE_OK && seen != NULL && take_seen(g, seen, seen_count)) {
      starts[last] = (uint32_t)g->leaves->count;
    } else if (code == CL_STATE_OK) {
      size_t ignored;
      while (last < count && records_seen(reads, depth, buckets[last], &ignored) == NULL) {
        last++;
      }
      code = open_pages(g);
      if (code == CL_STATE_OK) {
        code = take_buckets(g, depth, buckets + b, last - b, starts + b);
      }
    }
    if (g->leaves->count > UINT32_MAX) code = CL_STATE_NO_MEMORY;
    b = last;
  }
  if (g->txn != NULL && g->txn != g->source->txn) cl_lmdb_end_read(g->txn);
  return code;
}

int cl_records_leaves(void *context, unsigned depth, const uint32_t *buckets, size_t count,
                      const cl_state_wanted *wanted, cl_state_leaves *leaves,
                      uint32_t *starts) {
  cl_records_source *const source = context;
  gathering g = {.source = source, .wanted = source->check_values ? NULL : wanted,
                 .leaves = leaves, .first = leaves->count};
  int code = gather(&g, depth, buckets, count, starts);
  if (code == CL_STATE_OK) code = hash_keys(&g, starts, count);
  free(g.hashed);
  free(g.keys);
  free(g.values);
  free(g.bytes);
  return code;
}
