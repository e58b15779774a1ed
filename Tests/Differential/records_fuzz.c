// libFuzzer target: `make fuzz`. Chains of records: arbitrary bytes, and chains made and then
// changed as the input says, are read within their bounds, and written back as they were; what is
// found in them, put and deleted is what a slow model says.

#define _GNU_SOURCE
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "records/read.h"

#define BYTES_MAX 8192

static void stop(const char *what, long code) {
  fprintf(stderr, "%s: %ld\n", what, code);
  abort();
}

static size_t take(const uint8_t **data, size_t *size, size_t count) {
  size_t value = 0;
  for (size_t i = 0; i < count && *size > 0; i++, (*data)++, (*size)--) {
    value = value << 8 | **data;
  }
  return value;
}

static void path_of(const cl_record *record, uint8_t out[32]) {
  crypto_hash_sha256(out, record->key, record->key_length);
}

static void leaf_hash_of(const cl_record *record, uint8_t out[32]) {
  uint8_t leaf[65] = {0};
  path_of(record, leaf + 1);
  crypto_hash_sha256(leaf + 33, record->value, record->value_length);
  crypto_hash_sha256(out, leaf, sizeof leaf);
}

// What is wrong with a record at a place, by libsodium alone.
static int fault_of(const cl_record *record, uint64_t place) {
  uint8_t path[32], hash[32];
  path_of(record, path);
  leaf_hash_of(record, hash);
  if (record_place(path) != place) return CL_RECORDS_WRONG_PATH;
  return memcmp(hash, record->leaf_hash, 32) == 0 ? CL_LMDB_OK : CL_RECORDS_BAD_LEAF_HASH;
}

typedef struct {
  cl_record records[CL_RECORDS_CHAIN_MAX];
  size_t count;
  int code;  // of the layout
} chain;

// Takes a chain apart: every part is within it, and all parts written again are what was read.
static void take_apart(const uint8_t *bytes, size_t length, chain *out) {
  static uint8_t again[BYTES_MAX];
  record_chain rest = record_chain_of(bytes, length);
  uint8_t *end = again;
  out->count = 0;
  cl_record record;
  while ((out->code = record_chain_next(&rest, &record)) == CL_LMDB_OK) {
    if (out->count == CL_RECORDS_CHAIN_MAX) stop("a chain is too long", (long)out->count);
    if (record.leaf_hash < bytes || record.key <= record.leaf_hash ||
        record.value != record.key + record.key_length || record.value_length == 0 ||
        record.key_length == 0 || record.value + record.value_length > bytes + length) {
      stop("a record is outside its chain", (long)out->count);
    }
    out->records[out->count++] = record;
    end = record_write(end, &record, rest.at != rest.end);
    if (rest.at != rest.end) continue;
    if ((size_t)(end - again) != length || memcmp(again, bytes, length) != 0) {
      stop("a chain is not written as it was", (long)out->count);
    }
  }
}

typedef struct {
  const chain *chain;
  uint64_t place;
  int check;
  size_t seen;
} walked;

static void visit(void *context, int code, const uint8_t path[32], const cl_record *record) {
  walked *const w = context;
  const size_t i = w->seen++;
  if (record == NULL) {
    if (i != w->chain->count || code != w->chain->code) stop("the end of a walk", code);
    return;
  }
  const cl_record *const expected = &w->chain->records[i];
  if (i >= w->chain->count || memcmp(record, expected, sizeof *record) != 0) stop("walk", (long)i);
  const int fault = w->check ? fault_of(record, w->place) : CL_LMDB_OK;
  if (code != fault) stop("a walk's code", code);
  uint8_t own[32];
  if (w->check && fault != CL_RECORDS_WRONG_PATH) {
    path_of(record, own);
  } else {
    record_place_path(w->place, own);
  }
  if (memcmp(own, path, 32) != 0) stop("a walk's path", (long)i);
}

static void walk(const uint8_t *bytes, size_t length, uint64_t place, const chain *c) {
  for (int check = 0; check < 2; check++) {
    walked w = {c, place, check, 0};
    cl_records_walk(bytes, length, place, check, visit, &w);
    if (w.seen != c->count + (c->code != CL_LMDB_NOT_FOUND)) stop("walked", (long)w.seen);
  }
}

static void find(const uint8_t *bytes, size_t length, const chain *c, const cl_record *wanted) {
  uint8_t path[32];
  path_of(wanted, path);
  int expected = c->code;
  const cl_record *found = NULL;
  for (size_t i = 0; i < c->count && found == NULL; i++) {
    expected = fault_of(&c->records[i], record_place(path));
    if (expected != CL_LMDB_OK) break;
    if (c->records[i].key_length == wanted->key_length &&
        memcmp(c->records[i].key, wanted->key, wanted->key_length) == 0) {
      found = &c->records[i];
    } else {
      expected = c->code;
    }
  }
  const MDB_val value = {length, (void *)(uintptr_t)bytes};
  for (int is_given = 0; is_given < 2; is_given++) {
    cl_record record;
    const int code = record_find(&value, path, is_given ? wanted->key : NULL,
                                 is_given ? wanted->key_length : 0, &record);
    if (code != expected) stop("find", code);
    if (found != NULL && memcmp(&record, found, sizeof record) != 0) stop("found another", code);
  }
}

static cl_lmdb *env;
static uint32_t database;
static char folder[64];

static void leave(void) {
  char name[80];
  cl_lmdb_close(env);
  snprintf(name, sizeof name, "%s/data.mdb", folder);
  unlink(name);
  snprintf(name, sizeof name, "%s/lock.mdb", folder);
  unlink(name);
  rmdir(folder);
}

static void start(void) {
  snprintf(folder, sizeof folder, "/dev/shm/eco2-fuzz-records-%d", getpid());
  if (sodium_init() < 0 || mkdir(folder, 0700) != 0 ||
      cl_lmdb_open(folder, 64 << 20, 0, &env) != CL_LMDB_OK ||
      cl_lmdb_database(env, "records", 1, &database) != CL_LMDB_OK) {
    stop("start", 0);
  }
  atexit(leave);
}

// Puts or deletes a record in what stands at its place: the others stay, in order.
static void write_one(const uint8_t *bytes, size_t length, const chain *c,
                      const cl_record *record, int is_put) {
  uint8_t path[32];
  path_of(record, path);
  const uint64_t place = record_place(path);
  cl_lmdb_txn *txn;
  cl_records_writer *writer;
  if (cl_lmdb_begin_write(env, &txn) != CL_LMDB_OK ||
      cl_lmdb_put(txn, database, (const uint8_t *)&place, sizeof place, bytes, length) != 0 ||
      cl_records_writer_new(txn, database, &writer) != CL_LMDB_OK) {
    stop("begin", 0);
  }
  const int code = is_put
                       ? cl_records_put(writer, path, record->leaf_hash, record->key,
                                        record->key_length, record->value, record->value_length, 0)
                       : cl_records_delete(writer, path);
  size_t others = 0, same = 0;
  // Where records do not ascend, only that nothing else is harmed.
  int is_sorted = c->code == CL_LMDB_NOT_FOUND;
  uint8_t before[32] = {0}, own[32];
  for (size_t i = 0; i < c->count; i++) {
    path_of(&c->records[i], own);
    if (i > 0 && memcmp(before, own, sizeof own) >= 0) is_sorted = 0;
    memcpy(before, own, sizeof own);
    const int is_same = c->records[i].key_length == record->key_length &&
                        memcmp(c->records[i].key, record->key, record->key_length) == 0;
    same += (size_t)is_same;
    others += !is_same;
  }
  cl_lmdb_bytes now = {NULL, 0};
  const int found =
      cl_lmdb_get(txn, database, (const uint8_t *)&place, sizeof place, &now);
  if (code == CL_LMDB_OK && is_sorted) {
    chain after;
    const size_t expected = others + (is_put ? 1 : 0);
    if (!is_put && same == 0) stop("what is not there was deleted", (long)others);
    if (expected == 0) {
      if (found != CL_LMDB_NOT_FOUND) stop("what was deleted is there", found);
    } else {
      if (found != CL_LMDB_OK) stop("what was written is not there", found);
      take_apart(now.bytes, now.length, &after);
      if (after.code != CL_LMDB_NOT_FOUND || after.count != expected) {
        stop("records after a write", (long)after.count);
      }
    }
  } else if (code != CL_LMDB_OK && code != CL_RECORDS_BAD_LAYOUT && code != CL_LMDB_NOT_FOUND) {
    stop("write", code);
  } else if (code != CL_LMDB_OK &&
             (found != CL_LMDB_OK || now.length != length ||
              memcmp(now.bytes, bytes, length) != 0)) {
    stop("a write that failed changed something", code);
  }
  cl_records_writer_free(writer);
  cl_lmdb_abort(txn);
}

// A chain of whole records, then changed here and there.
static size_t make(const uint8_t **data, size_t *size, uint8_t *out) {
  const size_t count = take(data, size, 1) % 20;
  uint8_t *at = out;
  for (size_t i = 0; i < count; i++) {
    uint8_t hash[32], bytes[320];
    const size_t key_length = take(data, size, 1), value_length = take(data, size, 1) % 60;
    memset(bytes, (int)take(data, size, 1), sizeof bytes);
    cl_record record = {hash, bytes, bytes + key_length, key_length, value_length};
    leaf_hash_of(&record, hash);
    at = record_write(at, &record, i + 1 < count);
  }
  size_t length = (size_t)(at - out);
  for (size_t changed = take(data, size, 1) % 4; changed > 0 && length > 0; changed--) {
    out[take(data, size, 2) % length] ^= (uint8_t)take(data, size, 1);
  }
  if (take(data, size, 1) % 4 == 0 && length > 0) length -= take(data, size, 1) % length;
  return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (env == NULL) start();
  // As long as it says, so that what is read beyond is found.
  uint8_t made[BYTES_MAX];
  const int is_made = take(&data, &size, 1) % 2;
  const size_t length = is_made ? make(&data, &size, made) : size < 4096 ? size : 4096;
  uint8_t *const bytes = malloc(length + 1);
  memcpy(bytes, is_made ? made : data, length);
  uint8_t *const exact = realloc(bytes, length > 0 ? length : 1);
  chain c;
  take_apart(exact, length, &c);
  uint8_t path[32];
  uint64_t place = length;
  if (c.count > 0) {
    path_of(&c.records[0], path);
    place = record_place(path);
  }
  walk(exact, length, place, &c);
  for (size_t i = 0; i < c.count; i++) find(exact, length, &c, &c.records[i]);
  static const uint8_t zeros[64];
  const cl_record other = {zeros, zeros, zeros, 1 + length % 30, 1 + length % 50};
  find(exact, length, &c, &other);
  if (length > 0) {
    write_one(exact, length, &c, c.count > 0 ? &c.records[c.count / 2] : &other, size % 2);
    write_one(exact, length, &c, &other, 1);
    write_one(exact, length, &c, &other, 0);
  }
  free(exact);
  return 0;
}
