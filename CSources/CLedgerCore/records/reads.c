#include "reads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lmdb/pages.h"
#include "cl_sha256.h"
#include "read.h"

// Slots of the table of buckets at first; it grows when half of them are taken.
#define SLOTS_MIN 1024
// Leaves of a block of memory; a bucket's are in one of them. Buckets of more are read, and
// not kept.
#define BLOCK_LEAVES 4096u
// Blocks at most: what is read beyond is not kept.
#define BLOCKS_MAX 4096u
_Static_assert(BLOCK_LEAVES <= UINT16_MAX, "");

#define REST_BYTES 24

// What of a record is read to keep its leaf.
#define HEAD_BYTES 64

// Records that are checked together, and the most bytes of their values: what the processor's lanes
// hash side by side. Longer values are hashed where they lie.
#define CHECKED_MAX 64u
#define CHECKED_BYTES_MAX (1u << 16)
#define CHECKED_VALUE_MAX (1u << 13)

// Records that were found and are still to be checked; their values are in `bytes`.
typedef struct {
  uint32_t count, used;
  size_t places[CHECKED_MAX];  // in what was asked for
  cl_sha256_range values[CHECKED_MAX];
  uint8_t pairs[CHECKED_MAX][64], hashes[CHECKED_MAX][32];
  uint8_t bytes[CHECKED_BYTES_MAX];
} unchecked;

// A bucket that was read: its leaves are count of block first / BLOCK_LEAVES.
typedef struct {
  uint32_t bucket, first;
  uint16_t count, is_taken;
} slot;

struct cl_records_reads {
  cl_lmdb_txn *txn;
  lmdb_pages pages;
  uint32_t database;
  unsigned depth;
  slot *slots;
  size_t slot_count, taken;
  // The last of them is being filled, from `used` on.
  seen_leaf *blocks[BLOCKS_MAX];
  uint32_t block_count, used;
  // What is behind the first 8 bytes of paths.
  uint8_t (*rests)[REST_BYTES];
  uint32_t rest_count, rest_room;
  unchecked *unchecked;  // NULL: no memory, or nothing was read together yet
};

uint64_t bucket_start(uint32_t bucket, unsigned depth) {
  return depth == 0 ? 0 : (uint64_t)bucket << (64 - depth);
}

int bucket_holds(uint32_t bucket, unsigned depth, uint64_t place) {
  return depth == 0 || place >> (64 - depth) == bucket;
}

int cl_records_reads_new(cl_lmdb *env, uint32_t database, unsigned depth,
                         cl_records_reads **out) {
  cl_records_reads *const reads = calloc(1, sizeof *reads);
  if (reads == NULL) return ENOMEM;
  reads->database = database;
  reads->depth = depth;
  int code = depth > CL_STATE_DEPTH_MAX ? EINVAL : cl_lmdb_begin_read(env, &reads->txn);
  if (code == 0) code = lmdb_pages_open(reads->txn, database, &reads->pages);
  if (code != 0) {
    cl_records_reads_free(reads);
    return code;
  }
  *out = reads;
  return CL_LMDB_OK;
}

void cl_records_reads_free(cl_records_reads *reads) {
  if (reads == NULL) return;
  if (reads->txn != NULL) cl_lmdb_end_read(reads->txn);
  for (uint32_t i = 0; i < reads->block_count; i++) free(reads->blocks[i]);
  free(reads->rests);
  free(reads->slots);
  free(reads->unchecked);
  free(reads);
}

// Buckets are bits of SHA-256, and those of one execution are anybody's choice: so they are
// mixed.
static size_t home_slot(size_t slot_count, uint32_t bucket) {
  return (size_t)((bucket * UINT64_C(0x9E3779B97F4A7C15)) >> 20) & (slot_count - 1);
}

// The slot of a bucket, or the free one where it belongs.
static slot *find_slot(slot *slots, size_t slot_count, uint32_t bucket) {
  size_t i = home_slot(slot_count, bucket);
  while (slots[i].is_taken && slots[i].bucket != bucket) i = (i + 1) & (slot_count - 1);
  return &slots[i];
}

static int grow_slots(cl_records_reads *reads) {
  const size_t grown_count = reads->slot_count == 0 ? SLOTS_MIN : 2 * reads->slot_count;
  slot *const grown = calloc(grown_count, sizeof *grown);
  if (grown == NULL) return 0;
  for (size_t i = 0; i < reads->slot_count; i++) {
    if (reads->slots[i].is_taken) {
      *find_slot(grown, grown_count, reads->slots[i].bucket) = reads->slots[i];
    }
  }
  free(reads->slots);
  reads->slots = grown;
  reads->slot_count = grown_count;
  return 1;
}

static seen_leaf *leaf_at(const cl_records_reads *reads, uint32_t first) {
  return reads->blocks[first / BLOCK_LEAVES] + first % BLOCK_LEAVES;
}

// A further leaf of a bucket that begins at *first, which moves to a new block with what it
// has where the last one is full. NULL where there is no room.
static seen_leaf *add_leaf(cl_records_reads *reads, uint32_t *first) {
  if (reads->block_count > 0 && reads->used < BLOCK_LEAVES) {
    return leaf_at(reads, (reads->block_count - 1) * BLOCK_LEAVES + reads->used++);
  }
  const uint32_t count = reads->block_count * BLOCK_LEAVES - *first;
  if (reads->block_count == BLOCKS_MAX || count == BLOCK_LEAVES) return NULL;
  seen_leaf *const block = malloc(BLOCK_LEAVES * sizeof *block);
  if (block == NULL) return NULL;
  if (count > 0) memcpy(block, leaf_at(reads, *first), count * sizeof *block);
  *first = reads->block_count * BLOCK_LEAVES;
  reads->blocks[reads->block_count++] = block;
  reads->used = count + 1;
  return block + count;
}

// Keeps a leaf's whole path.
static int keep_rest(cl_records_reads *reads, const uint8_t path[32], seen_leaf *leaf) {
  if (reads->rest_count == reads->rest_room) {
    const uint32_t room = reads->rest_room == 0 ? SLOTS_MIN : 2 * reads->rest_room;
    void *const grown = realloc(reads->rests, room * sizeof *reads->rests);
    if (grown == NULL) return 0;
    reads->rests = grown;
    reads->rest_room = room;
  }
  memcpy(reads->rests[reads->rest_count++], path + 8, REST_BYTES);
  leaf->rest = reads->rest_count;
  return 1;
}

// Adds the leaves of a chain. Records that share a place are told apart by whole paths.
static int add_chain(cl_records_reads *reads, uint64_t place, const MDB_val *chain,
                     uint32_t *first) {
  record_chain rest = record_chain_of(chain->mv_data, chain->mv_size);
  cl_record record;
  int code;
  while ((code = record_chain_next(&rest, &record)) == CL_LMDB_OK) {
    seen_leaf *const leaf = add_leaf(reads, first);
    if (leaf == NULL) return 0;
    memcpy(leaf->place, &place, sizeof place);
    memcpy(leaf->hash, record.leaf_hash, 32);
    leaf->rest = 0;
    if (rest.seen == 1 && rest.at == rest.end) continue;
    uint8_t path[32];
    cl_sha256(record.key, record.key_length, path);
    if (record_place(path) != place || !keep_rest(reads, path, leaf)) return 0;
  }
  return code == CL_LMDB_NOT_FOUND;
}

// Whether a bucket may go on behind the leaf of a place: keys are compared, and no page is sought
// in vain.
static int goes_on(const cl_records_reads *reads, uint32_t bucket, const lmdb_place *at) {
  return at->leaf != NULL && at->has_next && bucket_holds(bucket, reads->depth, at->next);
}

// Reads a bucket from its first entry on, and keeps its leaves, in `*out`. Where they cannot be
// kept, or are damaged, it stays unread: whoever needs them reads them again and says so. The
// chain at `place` goes to *found, whose data is NULL where there is none.
static int read_bucket(cl_records_reads *reads, uint32_t bucket, lmdb_place at, uint64_t place,
                       MDB_val *found, slot *out) {
  const uint32_t start =
      reads->block_count == 0 ? 0 : (reads->block_count - 1) * BLOCK_LEAVES + reads->used;
  uint32_t first = start;
  int is_kept = 1;
  *found = (MDB_val){0, NULL};
  int code = CL_LMDB_OK;
  for (; code == CL_LMDB_OK; at.at++) {
    if (at.at >= at.count && !goes_on(reads, bucket, &at)) break;
    uint64_t next;
    MDB_val chain;
    code = lmdb_pages_entry(&reads->pages, &at, &next, &chain);
    if (code != CL_LMDB_OK || !bucket_holds(bucket, reads->depth, next)) break;
    if (next == place) *found = chain;
    is_kept = is_kept && add_chain(reads, next, &chain, &first);
    // What is left to find is the chain alone.
    if (!is_kept && next >= place) break;
  }
  if (code != CL_LMDB_OK && code != CL_LMDB_NOT_FOUND) return code;
  const uint32_t end =
      reads->block_count == 0 ? 0 : (reads->block_count - 1) * BLOCK_LEAVES + reads->used;
  *out = (slot){bucket, first, (uint16_t)(end - first), (uint16_t)is_kept};
  if (!is_kept) reads->used -= end - first;
  return CL_LMDB_OK;
}

uint64_t records_seen_place(const seen_leaf *leaf) {
  uint64_t place;
  memcpy(&place, leaf->place, sizeof place);
  return place;
}

void records_seen_leaf(const cl_records_reads *reads, const seen_leaf *leaf,
                       cl_state_leaf *out) {
  record_place_path(records_seen_place(leaf), out->path);
  if (leaf->rest > 0) memcpy(out->path + 8, reads->rests[leaf->rest - 1], REST_BYTES);
  memcpy(out->hash, leaf->hash, 32);
}

// Notes that the record at a path was read, so that its leaf has its whole path. Where that
// cannot be kept, the leaf is read again.
static void set_whole(cl_records_reads *reads, const slot *bucket, const uint8_t path[32]) {
  for (uint32_t i = 0; i < bucket->count; i++) {
    seen_leaf *const leaf = leaf_at(reads, bucket->first + i);
    // Those that share their place have it already.
    if (records_seen_place(leaf) != record_place(path) || leaf->rest > 0) continue;
    (void)keep_rest(reads, path, leaf);
  }
}

static uint32_t bucket_of(const cl_records_reads *reads, const uint8_t path[32]) {
  return reads->depth == 0 ? 0 : (uint32_t)(record_place(path) >> (64 - reads->depth));
}

void cl_records_reads_expect(const cl_records_reads *reads, const uint8_t *paths, size_t count) {
  for (size_t first = 0; first < count; first += LMDB_SEEK_MAX) {
    const size_t some = count - first < LMDB_SEEK_MAX ? count - first : LMDB_SEEK_MAX;
    uint64_t keys[LMDB_SEEK_MAX];
    lmdb_place places[LMDB_SEEK_MAX];
    for (size_t i = 0; i < some; i++) {
      keys[i] = bucket_start(bucket_of(reads, paths + 32 * (first + i)), reads->depth);
    }
    // Damage is said by who reads it.
    (void)lmdb_pages_seek(&reads->pages, keys, some, places);
  }
}

// Whether a bucket's leaves are kept.
static int is_seen(const cl_records_reads *reads, uint32_t bucket) {
  return reads->slot_count > 0 &&
         find_slot(reads->slots, reads->slot_count, bucket)->is_taken;
}

// Checks what waits for it, and says of which record it is not true.
static int check_waiting(unchecked *waiting, const cl_record *records, size_t *failed) {
  const uint32_t count = waiting->count;
  uint8_t digests[CHECKED_MAX][32];
  waiting->count = 0;
  waiting->used = 0;
  if (count == 0) return CL_LMDB_OK;
  cl_sha256_messages(NULL, 0, waiting->bytes, waiting->values, count, digests[0]);
  for (uint32_t i = 0; i < count; i++) memcpy(waiting->pairs[i] + 32, digests[i], 32);
  cl_sha256_leaf_level(waiting->pairs[0], count, waiting->hashes[0]);
  for (uint32_t i = 0; i < count; i++) {
    const size_t place = waiting->places[i];
    if (memcmp(waiting->hashes[i], records[place].leaf_hash, 32) == 0) continue;
    *failed = place;
    return CL_RECORDS_BAD_LEAF_HASH;
  }
  return CL_LMDB_OK;
}

// Has a record checked with others: whether it can be.
static int wait_for_check(unchecked *waiting, const uint8_t path[32], const cl_record *record,
                          size_t place) {
  if (record->value_length > CHECKED_VALUE_MAX || waiting->count == CHECKED_MAX ||
      record->value_length > CHECKED_BYTES_MAX - waiting->used) {
    return 0;
  }
  const uint32_t i = waiting->count++;
  waiting->places[i] = place;
  waiting->values[i] = (cl_sha256_range){waiting->used, (uint32_t)record->value_length};
  memcpy(waiting->pairs[i], path, 32);
  memcpy(waiting->bytes + waiting->used, record->value, record->value_length);
  waiting->used += (uint32_t)record->value_length;
  return 1;
}

// cl_records_reads_get; `at` is where the path's bucket begins, or NULL where it was not sought.
// `waiting` takes the record to be checked with others, as that of `index`; NULL: it is checked.
static int get(cl_records_reads *reads, const lmdb_place *at, const uint8_t path[32],
               const uint8_t *key, size_t key_length, unchecked *waiting, size_t index,
               cl_record *out) {
  const uint64_t place = record_place(path);
  const uint32_t bucket = bucket_of(reads, path);
  // Without memory to note it, it is read all the same.
  if (2 * reads->taken >= reads->slot_count && !grow_slots(reads)) {
    return cl_records_get(reads->txn, reads->database, path, key, key_length, out);
  }
  slot *const seen = find_slot(reads->slots, reads->slot_count, bucket);
  int code;
  if (seen->is_taken) {
    code = cl_records_get(reads->txn, reads->database, path, key, key_length, out);
  } else {
    lmdb_place found;
    if (at == NULL) {
      const uint64_t lowest = bucket_start(bucket, reads->depth);
      code = lmdb_pages_seek(&reads->pages, &lowest, 1, &found);
      if (code != CL_LMDB_OK) return code;
      at = &found;
    }
    MDB_val chain;
    code = read_bucket(reads, bucket, *at, place, &chain, seen);
    if (code != CL_LMDB_OK) return code;
    reads->taken += seen->is_taken;
    if (chain.mv_data == NULL) return CL_LMDB_NOT_FOUND;
    if (waiting == NULL || !record_find_only(&chain, key, key_length, out) ||
        !wait_for_check(waiting, path, out, index)) {
      code = record_find(&chain, path, key, key_length, out);
    }
  }
  if (code == CL_LMDB_OK && seen->is_taken) set_whole(reads, seen, path);
  return code;
}

int cl_records_reads_get(cl_records_reads *reads, const uint8_t path[32], const uint8_t *key,
                         size_t key_length, cl_record *out) {
  return get(reads, NULL, path, key, key_length, NULL, 0, out);
}

// Fetches the leaves that buckets end in, where they do not end in those they begin in.
static void fetch_ends(const cl_records_reads *reads, const uint32_t *buckets,
                       const lmdb_place *places, size_t count) {
  uint64_t next[LMDB_SEEK_MAX];
  lmdb_place ends[LMDB_SEEK_MAX];
  size_t crossing = 0;
  for (size_t i = 0; i < count; i++) {
    if (goes_on(reads, buckets[i], &places[i])) next[crossing++] = places[i].next;
  }
  // Damage is said by who reads it.
  if (crossing > 0) (void)lmdb_pages_seek(&reads->pages, next, crossing, ends);
}

// Has the processor fetch what of a bucket is about to be read: the heads of its records, and all
// of the one at `place`. Records lie anywhere; so their ways from memory are waited for together.
static void fetch_bucket(const cl_records_reads *reads, uint32_t bucket, lmdb_place at,
                         uint64_t place) {
  if (at.leaf == NULL) return;
  for (; at.at < at.count; at.at++) {
    uint64_t next;
    MDB_val chain;
    // Damage is said by who reads it.
    if (lmdb_pages_entry(&reads->pages, &at, &next, &chain) != CL_LMDB_OK) return;
    if (!bucket_holds(bucket, reads->depth, next)) return;
    record_fetch(chain.mv_data, next == place ? chain.mv_size : HEAD_BYTES);
  }
}

// At most LMDB_SEEK_MAX records, from `first` on.
static int get_some(cl_records_reads *reads, const uint8_t *paths, const uint8_t *keys,
                    const uint32_t *key_ends, size_t first, size_t last, cl_record *out,
                    size_t *failed) {
  uint64_t lowest[LMDB_SEEK_MAX];
  lmdb_place places[LMDB_SEEK_MAX];
  uint32_t buckets[LMDB_SEEK_MAX];
  const lmdb_place *at[LMDB_SEEK_MAX];
  size_t sought = 0;
  for (size_t i = first; i < last; i++) {
    const uint32_t bucket = bucket_of(reads, paths + 32 * i);
    at[i - first] = NULL;
    if (is_seen(reads, bucket)) continue;
    at[i - first] = &places[sought];
    buckets[sought] = bucket;
    lowest[sought++] = bucket_start(bucket, reads->depth);
  }
  *failed = first;
  int code = lmdb_pages_seek(&reads->pages, lowest, sought, places);
  if (code == CL_LMDB_OK) {
    fetch_ends(reads, buckets, places, sought);
    for (size_t i = first; i < last; i++) {
      if (at[i - first] == NULL) continue;
      fetch_bucket(reads, bucket_of(reads, paths + 32 * i), *at[i - first],
                   record_place(paths + 32 * i));
    }
  }
  unchecked *const waiting = reads->unchecked;
  for (size_t i = first; i < last && code == CL_LMDB_OK; i++) {
    const uint32_t start = i == 0 ? 0 : key_ends[i - 1];
    *failed = i;
    code = get(reads, at[i - first], paths + 32 * i, keys + start, key_ends[i] - start, waiting, i,
               &out[i]);
    if (code == CL_LMDB_NOT_FOUND) {
      out[i].value = NULL;
      code = CL_LMDB_OK;
    }
  }
  if (code != CL_LMDB_OK || waiting == NULL) return code;
  const int is_full = waiting->count + LMDB_SEEK_MAX > CHECKED_MAX ||
                      waiting->used > CHECKED_BYTES_MAX / 2;
  return is_full ? check_waiting(waiting, out, failed) : CL_LMDB_OK;
}

int cl_records_reads_get_all(cl_records_reads *reads, const uint8_t *paths, const uint8_t *keys,
                             const uint32_t *key_ends, size_t count, cl_record *out,
                             size_t *failed) {
  int code = CL_LMDB_OK;
  // Without memory for it, each is checked alone.
  if (reads->unchecked == NULL) reads->unchecked = malloc(sizeof *reads->unchecked);
  unchecked *const waiting = reads->unchecked;
  if (waiting != NULL) waiting->count = waiting->used = 0;
  for (size_t first = 0; first < count && code == CL_LMDB_OK; first += LMDB_SEEK_MAX) {
    const size_t last = count - first < LMDB_SEEK_MAX ? count : first + LMDB_SEEK_MAX;
    code = get_some(reads, paths, keys, key_ends, first, last, out, failed);
  }
  if (code == CL_LMDB_OK && waiting != NULL) code = check_waiting(waiting, out, failed);
  return code;
}

int records_begin_beside(const cl_records_reads *reads, cl_lmdb_txn **out) {
  return cl_lmdb_begin_read_beside(reads->txn, out);
}

void records_fetch_slot(const cl_records_reads *reads, uint32_t bucket) {
  if (reads->slot_count > 0) {
    __builtin_prefetch(&reads->slots[home_slot(reads->slot_count, bucket)]);
  }
}

const seen_leaf *records_seen(const cl_records_reads *reads, unsigned depth, uint32_t bucket,
                              size_t *count) {
  if (reads == NULL || reads->depth != depth || reads->slot_count == 0) return NULL;
  const slot *const found = find_slot(reads->slots, reads->slot_count, bucket);
  if (!found->is_taken) return NULL;
  *count = found->count;
  // Not NULL for a bucket that is empty, whatever there is.
  static const seen_leaf none;
  return found->count == 0 ? &none : leaf_at(reads, found->first);
}
