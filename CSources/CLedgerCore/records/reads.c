#include "reads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lmdb/transaction.h"
#include "read.h"

// Slots of the table of buckets at first; it grows when half of them are taken.
#define SLOTS_MIN 1024
// Chains and buckets kept at most; what is read beyond is read, and not kept.
#define SEEN_MAX (1u << 24)

// A bucket that was read: chains first ..< first + count.
typedef struct {
  uint32_t bucket, first;
  uint32_t count;
  uint32_t is_taken;
} slot;

struct cl_records_reads {
  cl_lmdb_txn *txn;
  MDB_cursor *cursor;
  uint32_t database;
  unsigned depth;
  slot *slots;
  size_t slot_count, taken;
  seen_chain *chains;
  size_t count, room;
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
  if (code == 0) code = mdb_cursor_open(reads->txn->txn, database, &reads->cursor);
  if (code != 0) {
    cl_records_reads_free(reads);
    return code;
  }
  *out = reads;
  return CL_LMDB_OK;
}

void cl_records_reads_free(cl_records_reads *reads) {
  if (reads == NULL) return;
  if (reads->cursor != NULL) mdb_cursor_close(reads->cursor);
  if (reads->txn != NULL) cl_lmdb_end_read(reads->txn);
  free(reads->slots);
  free(reads->chains);
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

static int keep_chain(cl_records_reads *reads, uint64_t place, const MDB_val *chain) {
  if (reads->count == reads->room) {
    const size_t room = reads->room == 0 ? SLOTS_MIN : 2 * reads->room;
    seen_chain *const grown = realloc(reads->chains, room * sizeof *grown);
    if (grown == NULL) return 0;
    reads->chains = grown;
    reads->room = room;
  }
  reads->chains[reads->count++] = (seen_chain){place, *chain};
  return 1;
}

// The chains of a bucket, read and kept; NULL where they cannot be kept.
static const slot *read_bucket(cl_records_reads *reads, uint32_t bucket, int *code) {
  if (reads->count >= SEEN_MAX) return NULL;
  if (2 * reads->taken >= reads->slot_count && !grow_slots(reads)) return NULL;
  slot *const found = find_slot(reads->slots, reads->slot_count, bucket);
  if (found->is_taken) return found;
  const size_t first = reads->count;
  uint64_t lowest = bucket_start(bucket, reads->depth);
  MDB_val name = {sizeof lowest, &lowest}, chain;
  int at = mdb_cursor_get(reads->cursor, &name, &chain, MDB_SET_RANGE);
  for (; at == 0; at = mdb_cursor_get(reads->cursor, &name, &chain, MDB_NEXT)) {
    uint64_t place;
    memcpy(&place, name.mv_data, sizeof place);
    if (!bucket_holds(bucket, reads->depth, place)) break;
    if (!keep_chain(reads, place, &chain)) {
      reads->count = first;
      return NULL;
    }
  }
  if (at != 0 && at != MDB_NOTFOUND) *code = at;
  *found = (slot){bucket, (uint32_t)first, (uint32_t)(reads->count - first), 1};
  reads->taken++;
  return found;
}

int cl_records_reads_get(cl_records_reads *reads, const uint8_t path[32], const uint8_t *key,
                         size_t key_length, cl_record *out) {
  const uint64_t place = record_place(path);
  const uint32_t bucket = reads->depth == 0 ? 0 : (uint32_t)(place >> (64 - reads->depth));
  int code = CL_LMDB_OK;
  const slot *const seen = read_bucket(reads, bucket, &code);
  if (code != CL_LMDB_OK) return code;
  if (seen == NULL) {
    return cl_records_get(reads->txn, reads->database, path, key, key_length, out);
  }
  for (uint32_t i = seen->first; i < seen->first + seen->count; i++) {
    if (reads->chains[i].place == place) {
      return record_find(&reads->chains[i].chain, path, key, key_length, out);
    }
  }
  return CL_LMDB_NOT_FOUND;
}

int records_begin_beside(const cl_records_reads *reads, cl_lmdb_txn **out) {
  return cl_lmdb_begin_read_beside(reads->txn, out);
}

void records_fetch_slot(const cl_records_reads *reads, uint32_t bucket) {
  if (reads->slot_count > 0) {
    __builtin_prefetch(&reads->slots[home_slot(reads->slot_count, bucket)]);
  }
}

const seen_chain *records_seen(const cl_records_reads *reads, unsigned depth, uint32_t bucket,
                               size_t *count) {
  if (reads == NULL || reads->depth != depth || reads->slot_count == 0) return NULL;
  const slot *const found = find_slot(reads->slots, reads->slot_count, bucket);
  if (!found->is_taken) return NULL;
  *count = found->count;
  // Not NULL for a bucket that is empty, whatever there is.
  static const seen_chain none;
  return found->count == 0 ? &none : reads->chains + found->first;
}
