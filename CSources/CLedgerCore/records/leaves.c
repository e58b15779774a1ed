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
  // NULL: all; else those of them that are behind.
  const cl_state_paths *wanted;
  size_t next_wanted;
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
  const cl_state_paths *const wanted = g->wanted;
  while (g->next_wanted < wanted->count &&
         record_place(wanted->paths + 32 * g->next_wanted) < place) {
    g->next_wanted++;
  }
  return g->next_wanted < wanted->count &&
         record_place(wanted->paths + 32 * g->next_wanted) == place;
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

// Buckets ahead of which what was read before is fetched: first its slot, then where its
// records are, then these.
#define AHEAD_SLOT 24
#define AHEAD_CHAINS 16
#define AHEAD_RECORDS 8

// Tells the processor what is needed soon: records lie all over the map.
static void fetch_ahead(const cl_records_reads *reads, unsigned depth, const uint32_t *buckets,
                        size_t count, size_t b) {
  size_t seen_count = 0;
  if (b + AHEAD_SLOT < count) records_fetch_slot(reads, buckets[b + AHEAD_SLOT]);
  if (b + AHEAD_CHAINS < count) {
    __builtin_prefetch(records_seen(reads, depth, buckets[b + AHEAD_CHAINS], &seen_count));
  }
  if (b + AHEAD_RECORDS >= count) return;
  const seen_chain *const seen =
      records_seen(reads, depth, buckets[b + AHEAD_RECORDS], &seen_count);
  for (size_t i = 0; seen != NULL && i < seen_count; i++) {
    // Leaf hash, length and key: two lines most often.
    const uint8_t *const bytes = seen[i].chain.mv_data;
    __builtin_prefetch(bytes);
    __builtin_prefetch(bytes + 64);
  }
}

// A map that grows waits for the reads, whose end may wait for these leaves: so they do not
// wait for the map.
static int begin(const cl_records_source *source, cl_lmdb_txn **txn) {
  return source->reads != NULL ? records_begin_beside(source->reads, txn)
                               : cl_lmdb_begin_read(source->env, txn);
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
      int opened = txn != NULL ? 0 : begin(g->source, &txn);
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
                      const cl_state_paths *wanted, cl_state_leaves *leaves,
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
