#include "../lmdb/pages.h"
#include "../lmdb/transaction.h"
#include "cl_sha256.h"
#include "read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct cl_records_writer {
  MDB_cursor *cursor;
  // The state before the transaction: its pages are those that are read and copied.
  cl_lmdb_txn *before;
  lmdb_pages pages;
  uint8_t *bytes;  // a chain on its way into the map
  size_t room;
};

int cl_records_writer_new(cl_lmdb_txn *txn, uint32_t database, cl_records_writer **out) {
  cl_records_writer *const writer = calloc(1, sizeof *writer);
  if (writer == NULL) return ENOMEM;
  int code = mdb_cursor_open(txn->txn, database, &writer->cursor);
  if (code == 0) code = cl_lmdb_begin_read_beside(txn, &writer->before);
  if (code == 0) code = lmdb_pages_open(writer->before, database, &writer->pages);
  if (code != 0) {
    cl_records_writer_free(writer);
    return code;
  }
  *out = writer;
  return CL_LMDB_OK;
}

void cl_records_writer_free(cl_records_writer *writer) {
  if (writer == NULL) return;
  if (writer->cursor != NULL) mdb_cursor_close(writer->cursor);
  if (writer->before != NULL) cl_lmdb_end_read(writer->before);
  free(writer->bytes);
  free(writer);
}

void cl_records_writer_expect(const cl_records_writer *writer, const uint8_t *paths,
                              size_t count) {
  for (size_t first = 0; first < count; first += LMDB_SEEK_MAX) {
    const size_t some = count - first < LMDB_SEEK_MAX ? count - first : LMDB_SEEK_MAX;
    uint64_t keys[LMDB_SEEK_MAX];
    lmdb_place places[LMDB_SEEK_MAX];
    for (size_t i = 0; i < some; i++) keys[i] = record_place(paths + 32 * (first + i));
    // Damage is said by who writes there.
    (void)lmdb_pages_seek(&writer->pages, keys, some, places);
  }
}

static int make_room(cl_records_writer *writer, size_t length) {
  if (length <= writer->room) return CL_LMDB_OK;
  uint8_t *const grown = realloc(writer->bytes, 2 * length);
  if (grown == NULL) return ENOMEM;
  writer->bytes = grown;
  writer->room = 2 * length;
  return CL_LMDB_OK;
}

// A chain taken apart, each record with its path.
typedef struct {
  cl_record records[CL_RECORDS_CHAIN_MAX + 1];
  uint8_t paths[CL_RECORDS_CHAIN_MAX + 1][32];
  size_t count;
} taken_apart;

static int take_apart(const MDB_val *chain, taken_apart *out) {
  record_chain rest = record_chain_of(chain->mv_data, chain->mv_size);
  int code;
  out->count = 0;
  while ((code = record_chain_next(&rest, &out->records[out->count])) == CL_LMDB_OK) {
    const cl_record *const record = &out->records[out->count];
    uint8_t *const path = out->paths[out->count];
    cl_sha256(record->key, record->key_length, path);
    // Out of order, a record would not be found, and be put a second time.
    if (out->count > 0 && memcmp(out->paths[out->count - 1], path, 32) >= 0) {
      return CL_RECORDS_BAD_LAYOUT;
    }
    out->count++;
  }
  return code == CL_LMDB_NOT_FOUND ? CL_LMDB_OK : code;
}

// Whether a chain is the record's older self and nothing else.
static int is_alone(const MDB_val *chain, const cl_record *record) {
  record_chain rest = record_chain_of(chain->mv_data, chain->mv_size);
  cl_record older;
  return record_chain_next(&rest, &older) == CL_LMDB_OK && rest.at == rest.end &&
         older.key_length == record->key_length &&
         memcmp(older.key, record->key, record->key_length) == 0;
}

// The first record whose path is not below `path`.
static size_t find(const taken_apart *chain, const uint8_t path[32]) {
  size_t i = 0;
  while (i < chain->count && memcmp(chain->paths[i], path, 32) < 0) i++;
  return i;
}

// Puts a chain where the cursor stands, in place of what is there.
static int put_chain(cl_records_writer *writer, uint64_t place, const taken_apart *chain) {
  size_t length = 0;
  for (size_t i = 0; i < chain->count; i++) {
    length += record_length(chain->records[i].key_length, chain->records[i].value_length,
                            i + 1 < chain->count);
  }
  const int code = make_room(writer, length);
  if (code != CL_LMDB_OK) return code;
  // Copied as a whole before LMDB is called, which may move what records point to.
  uint8_t *at = writer->bytes;
  for (size_t i = 0; i < chain->count; i++) {
    at = record_write(at, &chain->records[i], i + 1 < chain->count);
  }
  MDB_val name = {sizeof place, &place}, data = {length, writer->bytes};
  return mdb_cursor_put(writer->cursor, &name, &data, MDB_CURRENT);
}

int cl_records_put(cl_records_writer *writer, const uint8_t path[32],
                   const uint8_t leaf_hash[32], const uint8_t *key, size_t key_length,
                   const uint8_t *value, size_t value_length, int append) {
  if (key_length < 1 || key_length > CL_RECORDS_KEY_BYTES_MAX || value_length < 1 ||
      value_length > CL_RECORDS_VALUE_BYTES_MAX) {
    return CL_RECORDS_BAD_LENGTH;
  }
  uint64_t place = record_place(path);
  const cl_record record = {leaf_hash, key, value, key_length, value_length};
  const size_t length = record_length(key_length, value_length, 0);
  int code = make_room(writer, length);
  if (code != CL_LMDB_OK) return code;
  record_write(writer->bytes, &record, 0);
  MDB_val name = {sizeof place, &place}, data = {length, writer->bytes};
  code = mdb_cursor_put(writer->cursor, &name, &data,
                        append ? MDB_APPEND : MDB_NOOVERWRITE);
  if (code != MDB_KEYEXIST) return code;
  // What was found is in `data`, and the cursor stands there; not so when appending.
  if (append) {
    code = mdb_cursor_get(writer->cursor, &name, &data, MDB_SET);
    if (code != 0) return code == MDB_NOTFOUND ? MDB_KEYEXIST : code;
  } else if (is_alone(&data, &record)) {
    data = (MDB_val){length, writer->bytes};
    return mdb_cursor_put(writer->cursor, &name, &data, MDB_CURRENT);
  }
  taken_apart chain;
  code = take_apart(&data, &chain);
  if (code != CL_LMDB_OK) return code;
  const size_t i = find(&chain, path);
  if (append && i < chain.count) return MDB_KEYEXIST;
  if (i == chain.count || memcmp(chain.paths[i], path, 32) != 0) {
    if (chain.count == CL_RECORDS_CHAIN_MAX) return CL_RECORDS_BAD_LAYOUT;
    memmove(&chain.records[i + 1], &chain.records[i], (chain.count - i) * sizeof record);
    chain.count++;
  }
  chain.records[i] = record;
  return put_chain(writer, place, &chain);
}

int cl_records_delete(cl_records_writer *writer, const uint8_t path[32]) {
  uint64_t place = record_place(path);
  MDB_val name = {sizeof place, &place}, found;
  int code = mdb_cursor_get(writer->cursor, &name, &found, MDB_SET);
  if (code != 0) return code;
  taken_apart chain;
  code = take_apart(&found, &chain);
  if (code != CL_LMDB_OK) return code;
  const size_t i = find(&chain, path);
  if (i == chain.count || memcmp(chain.paths[i], path, 32) != 0) return CL_LMDB_NOT_FOUND;
  if (chain.count == 1) return mdb_cursor_del(writer->cursor, 0);
  memmove(&chain.records[i], &chain.records[i + 1],
          (chain.count - i - 1) * sizeof chain.records[0]);
  chain.count--;
  return put_chain(writer, place, &chain);
}
