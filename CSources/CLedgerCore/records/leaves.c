#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../lmdb/transaction.h"
#include "chain.h"
#include "cl_sha256.h"
#include "reads.h"

// A piece's records are gathered first: their keys (and values) as ranges of one buffer,
// then hashed together, 16 at a time.

// Guards what readers share: the first fault, the count, `damaged`.
static pthread_mutex_t shared = PTHREAD_MUTEX_INITIALIZER;

typedef struct {
  cl_records_source *source;
  cl_state_leaves *leaves;
  size_t first;  // of the leaves that are this read's
  // For each of them: where it stands, and its key and value in `bytes`.
  uint64_t *places;
  cl_sha256_range *keys, *values;
  size_t room;
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
  const size_t count = g->leaves->count - g->first;
  if (count == g->room) {
    const size_t room = g->room == 0 ? 4096 : 2 * g->room;
    uint64_t *const places = grow(g->places, room, sizeof *places);
    if (places != NULL) g->places = places;
    cl_sha256_range *const keys = grow(g->keys, room, sizeof *keys);
    if (keys != NULL) g->keys = keys;
    cl_sha256_range *const values = grow(g->values, room, sizeof *values);
    if (values != NULL) g->values = values;
    if (places == NULL || keys == NULL || values == NULL) return CL_STATE_NO_MEMORY;
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
  return cl_state_leaves_reserve(g->leaves, 1);
}

static cl_sha256_range copy(gathering *g, const uint8_t *bytes, size_t length) {
  const cl_sha256_range range = {(uint32_t)g->used, (uint32_t)length};
  memcpy(g->bytes + g->used, bytes, length);
  g->used += length;
  return range;
}

// Takes the records of a chain; their paths come later.
static int take(gathering *g, uint64_t place, const MDB_val *chain) {
  record_chain rest = record_chain_of(chain->mv_data, chain->mv_size);
  int code;
  cl_record record;
  while ((code = record_chain_next(&rest, &record)) == CL_LMDB_OK) {
    const size_t value = g->source->check_values ? record.value_length : 0;
    code = make_room(g, record.key_length + value);
    if (code != CL_STATE_OK) return code;
    const size_t i = g->leaves->count - g->first;
    g->places[i] = place;
    g->keys[i] = copy(g, record.key, record.key_length);
    g->values[i] = copy(g, record.value, value);
    memcpy(g->leaves->leaves[g->leaves->count++].hash, record.leaf_hash, 32);
  }
  if (code == CL_LMDB_NOT_FOUND) return CL_STATE_OK;
  if (!g->source->check_values) return fail_at(g->source, code, place);
  uint8_t path[32];
  record_place_path(place, path);
  report(g->source, code, path);
  return CL_STATE_OK;
}

// Takes the records of one bucket. `cursor` stands at `*place`, `*chain` where `*is_there`.
static int take_bucket(gathering *g, MDB_cursor *cursor, unsigned depth, uint32_t bucket,
                       int *is_there, int *is_behind, uint64_t *place, MDB_val *chain) {
  uint64_t lowest = bucket_start(bucket, depth);
  // Side by side buckets need no seek.
  if (!*is_behind && (!*is_there || *place < lowest)) {
    MDB_val name = {sizeof lowest, &lowest};
    const int code = mdb_cursor_get(cursor, &name, chain, MDB_SET_RANGE);
    if (code != 0 && code != MDB_NOTFOUND) return fail(g->source, code, NULL);
    *is_there = code == 0;
    *is_behind = code != 0;
    if (*is_there) memcpy(place, name.mv_data, sizeof *place);
  }
  while (*is_there && bucket_holds(bucket, depth, *place)) {
    int code = take(g, *place, chain);
    if (code != CL_STATE_OK) return code;
    MDB_val name;
    code = mdb_cursor_get(cursor, &name, chain, MDB_NEXT);
    if (code != 0 && code != MDB_NOTFOUND) return fail(g->source, code, NULL);
    *is_there = code == 0;
    *is_behind = code != 0;
    if (*is_there) memcpy(place, name.mv_data, sizeof *place);
  }
  return CL_STATE_OK;
}

// The digests of ranges, in `out`.
static void hash_ranges(const gathering *g, const cl_sha256_range *ranges, size_t count,
                        uint8_t *out) {
  cl_sha256_messages(NULL, 0, g->bytes, ranges, count, out);
}

// Compares each leaf's hash with that of its path and value, and puts it right.
static int check_values(gathering *g, const uint8_t *paths, size_t count) {
  uint8_t *const values = malloc(32 * count + 1), *const pairs = malloc(64 * count + 1);
  int code = values == NULL || pairs == NULL ? CL_STATE_NO_MEMORY : CL_STATE_OK;
  if (code == CL_STATE_OK) {
    hash_ranges(g, g->values, count, values);
    for (size_t i = 0; i < count; i++) {
      memcpy(pairs + 64 * i, paths + 32 * i, 32);
      memcpy(pairs + 64 * i + 32, values + 32 * i, 32);
    }
    cl_sha256_leaf_level(pairs, count, pairs);
    for (size_t i = 0; i < count; i++) {
      cl_state_leaf *const leaf = &g->leaves->leaves[g->first + i];
      if (memcmp(leaf->hash, pairs + 32 * i, 32) == 0) continue;
      report(g->source, CL_RECORDS_BAD_LEAF_HASH, paths + 32 * i);
      memcpy(leaf->hash, pairs + 32 * i, 32);
    }
  }
  free(values);
  free(pairs);
  return code;
}

// Gives the leaves their paths. In a check, leaves that stand elsewhere are left out, and
// `starts` follows.
static int hash_keys(gathering *g, uint32_t *starts, size_t buckets) {
  const size_t count = g->leaves->count - g->first;
  uint8_t *const paths = malloc(32 * count + 1);
  if (paths == NULL) return CL_STATE_NO_MEMORY;
  hash_ranges(g, g->keys, count, paths);
  int code = g->source->check_values ? check_values(g, paths, count) : CL_STATE_OK;
  cl_state_leaf *const leaves = g->leaves->leaves + g->first;
  size_t kept = 0, bucket = 0;
  for (size_t i = 0; i < count && code == CL_STATE_OK; i++) {
    while (bucket < buckets && starts[bucket + 1] <= g->first + i) {
      starts[++bucket] = (uint32_t)(g->first + kept);
    }
    const uint8_t *const path = paths + 32 * i;
    if (record_place(path) != g->places[i]) {
      if (!g->source->check_values) {
        code = fail_at(g->source, CL_RECORDS_WRONG_PATH, g->places[i]);
      } else {
        uint8_t place[32];
        record_place_path(g->places[i], place);
        report(g->source, CL_RECORDS_WRONG_PATH, place);
      }
      continue;
    }
    memcpy(leaves[kept].path, path, 32);
    if (kept != i) memcpy(leaves[kept].hash, leaves[i].hash, 32);
    kept++;
  }
  while (bucket < buckets) starts[++bucket] = (uint32_t)(g->first + kept);
  g->leaves->count = g->first + kept;
  free(paths);
  return code;
}

// Buckets ahead of which what was read before is fetched: first its slot, then its records.
#define AHEAD_SLOT 16
#define AHEAD_RECORDS 6

// Tells the processor what is needed soon: records lie all over the map.
static void fetch_ahead(const cl_records_reads *reads, unsigned depth, const uint32_t *buckets,
                        size_t count, size_t b) {
  if (b + AHEAD_SLOT < count) records_fetch_slot(reads, buckets[b + AHEAD_SLOT]);
  if (b + AHEAD_RECORDS >= count) return;
  size_t seen_count = 0;
  const seen_chain *const seen =
      records_seen(reads, depth, buckets[b + AHEAD_RECORDS], &seen_count);
  for (size_t i = 0; seen != NULL && i < seen_count; i++) {
    // Leaf hash, length and key: two lines, or a third.
    const uint8_t *const bytes = seen[i].chain.mv_data;
    __builtin_prefetch(bytes);
    __builtin_prefetch(bytes + 64);
  }
}

static int gather(gathering *g, unsigned depth, const uint32_t *buckets, size_t count,
                  uint32_t *starts) {
  cl_lmdb_txn *txn = g->source->txn;
  MDB_cursor *cursor = NULL;
  int code = CL_STATE_OK, is_there = 0, is_behind = 0;
  uint64_t place = 0;
  MDB_val chain;
  starts[0] = (uint32_t)g->leaves->count;
  for (size_t b = 0; b < count && code == CL_STATE_OK; b++) {
    size_t seen_count = 0;
    const seen_chain *const seen =
        records_seen(g->source->reads, depth, buckets[b], &seen_count);
    if (seen != NULL) fetch_ahead(g->source->reads, depth, buckets, count, b);
    for (size_t i = 0; seen != NULL && i < seen_count && code == CL_STATE_OK; i++) {
      code = take(g, seen[i].place, &seen[i].chain);
    }
    if (seen == NULL && cursor == NULL) {
      int opened = txn != NULL ? 0 : cl_lmdb_begin_read(g->source->env, &txn);
      if (opened == 0) opened = mdb_cursor_open(txn->txn, g->source->database, &cursor);
      if (opened != 0) code = fail(g->source, opened, NULL);
    }
    if (seen == NULL && code == CL_STATE_OK) {
      code =
          take_bucket(g, cursor, depth, buckets[b], &is_there, &is_behind, &place, &chain);
    }
    if (g->leaves->count > UINT32_MAX) code = CL_STATE_NO_MEMORY;
    starts[b + 1] = (uint32_t)g->leaves->count;
  }
  if (cursor != NULL) mdb_cursor_close(cursor);
  if (txn != NULL && txn != g->source->txn) cl_lmdb_end_read(txn);
  return code;
}

int cl_records_leaves(void *context, unsigned depth, const uint32_t *buckets, size_t count,
                      cl_state_leaves *leaves, uint32_t *starts) {
  cl_records_source *const source = context;
  gathering g = {.source = source, .leaves = leaves, .first = leaves->count};
  int code = gather(&g, depth, buckets, count, starts);
  if (code == CL_STATE_OK) code = hash_keys(&g, starts, count);
  if (code == CL_STATE_OK) {
    pthread_mutex_lock(&shared);
    source->records += leaves->count - g.first;
    pthread_mutex_unlock(&shared);
  }
  free(g.places);
  free(g.keys);
  free(g.values);
  free(g.bytes);
  return code;
}
