// What the tests of exhausted memory run: small reads, writes, loads, proofs and checks of a
// state, each again and again while its first, second, … allocation fails. Each gives its code for
// that or the right result, and frees all it took. Says how many calls failed and how many runs
// were refused for it, a line for each.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cl_lmdb.h"
#include "cl_lmdb_check.h"
#include "cl_records.h"
#include "cl_sha256.h"
#include "cl_state_tree.h"
#include "cl_workers.h"
#include "memory.h"

#define RECORDS 400
#define DEPTH 6
#define WRITES 40
// No run makes so many allocations.
#define CALLS_MAX 20000

static struct {
  char key[16], value[64];
  uint8_t path[32], hash[32];
} records[RECORDS];
static char folder[200];
static cl_lmdb *env;
static uint32_t database;
static cl_workers *workers;
static cl_state_tree *tree;  // of all records
static uint8_t root[32];

static _Noreturn void stop(const char *what, long code) {
  memory_end();
  printf("fault %s %ld\n", what, code);
  exit(1);
}

static void must(const char *what, int code) {
  if (code != 0) stop(what, code);
}

static int by_path(const void *a, const void *b) {
  return memcmp((const uint8_t *)a + offsetof(__typeof__(records[0]), path),
                (const uint8_t *)b + offsetof(__typeof__(records[0]), path), 32);
}

static void hash_record(size_t i) {
  uint8_t pair[64];
  cl_sha256((const uint8_t *)records[i].key, strlen(records[i].key), pair);
  cl_sha256((const uint8_t *)records[i].value, strlen(records[i].value), pair + 32);
  memcpy(records[i].path, pair, 32);
  cl_sha256_leaf_level(pair, 1, records[i].hash);
}

static int put_record(cl_records_writer *writer, size_t i, int append) {
  return cl_records_put(writer, records[i].path, records[i].hash, (const uint8_t *)records[i].key,
                        strlen(records[i].key), (const uint8_t *)records[i].value,
                        strlen(records[i].value), append);
}

static void check_record(const cl_record *record, size_t i) {
  if (record->value_length != strlen(records[i].value) ||
      memcmp(record->value, records[i].value, record->value_length) != 0) {
    stop("another value was read", (long)i);
  }
}

static void open_state(void) {
  must("open", cl_lmdb_open(folder, 16 << 20, 0, &env));
  must("database", cl_lmdb_database(env, "records", 1, &database));
}

static void fill(void) {
  cl_lmdb_txn *txn;
  cl_records_writer *writer;
  open_state();
  must("begin", cl_lmdb_begin_write(env, &txn));
  must("writer", cl_records_writer_new(txn, database, &writer));
  for (size_t i = 0; i < RECORDS; i++) must("put", put_record(writer, i, 1));
  cl_records_writer_free(writer);
  must("commit", cl_lmdb_commit(txn));
  cl_lmdb_close(env);
}

// One run of each returns whether all of it was done: if not, it had no memory.

static int is_done(const char *what, int code) {
  if (code != 0 && code != ENOMEM) stop(what, code);
  return code == 0;
}

static int run_read(void) {
  cl_lmdb_txn *txn;
  if (!is_done("begin", cl_lmdb_begin_read(env, &txn))) return 0;
  int done = 1;
  for (size_t i = 0; i < RECORDS && done; i += 7) {
    cl_record record;
    const char *const key = records[i].key;
    done = is_done("get", cl_records_get(txn, database, records[i].path, (const uint8_t *)key,
                                         strlen(key), &record));
    if (done) check_record(&record, i);
  }
  cl_lmdb_end_read(txn);
  return done;
}

static int read_all(cl_records_reads *reads) {
  int done = 1;
  for (size_t i = 0; i < RECORDS && done; i += 3) {
    cl_record record;
    const char *const key = records[i].key;
    done = is_done("read", cl_records_reads_get(reads, records[i].path, (const uint8_t *)key,
                                                strlen(key), &record));
    if (done) check_record(&record, i);
  }
  return done;
}

static int run_reads(void) {
  cl_records_reads *reads;
  if (!is_done("reads", cl_records_reads_new(env, database, DEPTH, &reads))) return 0;
  const int done = read_all(reads);
  cl_records_reads_free(reads);
  return done;
}

static int run_write(void) {
  cl_lmdb_txn *txn;
  cl_records_writer *writer;
  if (!is_done("begin", cl_lmdb_begin_write(env, &txn))) return 0;
  int done = is_done("writer", cl_records_writer_new(txn, database, &writer));
  if (done) {
    for (size_t i = 0; i < RECORDS && done; i += 5) {
      done = i % 2 == 0 ? is_done("put", put_record(writer, i, 0))
                        : is_done("delete", cl_records_delete(writer, records[i].path));
    }
    cl_records_writer_free(writer);
  }
  cl_lmdb_abort(txn);
  return done;
}

static void damaged(void *context, int code, const uint8_t path[32]) {
  (void)context, (void)path;
  stop("damage is told where there is none", code);
}

// Whether a state's call was done; it says that it had no memory, or its source does.
static int is_state_done(const char *what, int code, const cl_records_source *source) {
  if (code == CL_STATE_SOURCE_FAILED && source->code == ENOMEM) return 0;
  if (code != CL_STATE_OK && code != CL_STATE_NO_MEMORY) stop(what, code);
  return code == CL_STATE_OK;
}

static int load(int check_values, cl_state_tree **out) {
  cl_records_source records_source = {.env = env, .database = database,
                                      .check_values = check_values, .damaged = damaged};
  const cl_state_source source = {cl_records_leaves, &records_source};
  cl_state_tree *const made = cl_state_tree_new(DEPTH);
  if (made == NULL) return 0;
  uint64_t count = 0;
  const int code = cl_state_tree_load(made, workers, &source, NULL, 0, 0, 1 << DEPTH, &count);
  const int done = is_state_done("load", code, &records_source);
  if (done && count != RECORDS) stop("leaves", (long)count);
  if (done) cl_state_tree_build(made, workers);
  if (done && out != NULL) {
    *out = made;
    return 1;
  }
  uint8_t hash[32];
  if (done) cl_state_tree_node(made, 1, hash);
  if (done && memcmp(hash, root, 32) != 0) stop("root of a load", check_values);
  cl_state_tree_free(made);
  return done;
}

static int run_load(void) { return load(0, NULL); }
static int run_verify(void) { return load(1, NULL); }

typedef struct {
  uint8_t paths[32 * WRITES], hashes[32 * WRITES];
  uint32_t buckets[WRITES];
  size_t bucket_count;
} batch;

// Every tenth record from `first` on is changed, or gone.
static void make_batch(size_t first, batch *out) {
  out->bucket_count = 0;
  for (size_t i = 0; i < WRITES; i++) {
    const size_t record = first + i * (RECORDS / WRITES);
    memcpy(out->paths + 32 * i, records[record].path, 32);
    memset(out->hashes + 32 * i, i % 3 == 0 ? 0 : (int)(first + i), 32);
    const uint32_t bucket = records[record].path[0] >> (8 - DEPTH);
    if (out->bucket_count == 0 || out->buckets[out->bucket_count - 1] != bucket) {
      out->buckets[out->bucket_count++] = bucket;
    }
  }
}

static int stage(const cl_state_delta *const *ancestors, size_t ancestor_count,
                 const cl_records_reads *reads, const batch *batches, cl_state_delta **out) {
  cl_records_source records_source = {.env = env, .database = database, .reads = reads};
  const cl_state_source source = {cl_records_leaves, &records_source};
  cl_state_layer layers[2];
  for (size_t l = 0; l <= ancestor_count; l++) {
    layers[l] = (cl_state_layer){batches[l].paths, batches[l].hashes, WRITES};
  }
  const batch *const newest = &batches[ancestor_count];
  uint8_t changed[WRITES];
  int64_t added = 0;
  const int code = cl_state_stage(tree, ancestors, ancestor_count, workers, &source,
                                  newest->buckets, newest->bucket_count, layers,
                                  ancestor_count + 1, changed, &added, out);
  const int done = is_state_done("stage", code, &records_source);
  if (done == (*out == NULL)) stop("a delta without memory, or none with it", code);
  if (done && added != -((WRITES + 2) / 3)) stop("leaves added", (long)added);
  return done;
}

// The roots of both batches, as they are with memory enough.
static uint8_t roots[2][32];

static int run_stage(void) {
  static batch batches[2];
  make_batch(0, &batches[0]);
  make_batch(1, &batches[1]);
  cl_records_reads *reads;
  if (!is_done("reads", cl_records_reads_new(env, database, DEPTH, &reads))) return 0;
  int done = read_all(reads);
  cl_state_delta *deltas[2] = {NULL, NULL};
  for (size_t d = 0; d < 2 && done; d++) {
    const cl_state_delta *const ancestors[1] = {deltas[0]};
    done = stage(ancestors, d, reads, batches, &deltas[d]);
    uint8_t hash[32];
    static const uint8_t none[32];
    if (done) cl_state_delta_root(deltas[d], hash);
    if (done && memcmp(roots[d], none, 32) == 0) memcpy(roots[d], hash, 32);
    if (done && memcmp(roots[d], hash, 32) != 0) stop("root of a batch", (long)d);
  }
  cl_state_delta_free(deltas[0]);
  cl_state_delta_free(deltas[1]);
  cl_records_reads_free(reads);
  return done;
}

static uint8_t proofs[32];

static int run_prove(void) {
  cl_records_source records_source = {.env = env, .database = database};
  const cl_state_source source = {cl_records_leaves, &records_source};
  static batch asked;
  make_batch(3, &asked);
  cl_state_steps steps = {0};
  size_t ends[WRITES];
  uint8_t found[WRITES];
  const int code = cl_state_prove(tree, &source, NULL, 0, asked.paths, WRITES, &steps, ends, found);
  const int done = is_state_done("prove", code, &records_source);
  uint8_t hash[32];
  static const uint8_t none[32];
  for (size_t i = 0; i < WRITES && done; i++) {
    if (!found[i]) stop("a record is not proved", (long)i);
  }
  if (done) cl_sha256(steps.bytes, steps.length, hash);
  if (done && memcmp(proofs, none, 32) == 0) memcpy(proofs, hash, 32);
  if (done && memcmp(proofs, hash, 32) != 0) stop("steps of proofs", 0);
  cl_state_steps_free(&steps);
  return done;
}

static int run_sort(void) {
  uint8_t paths[32 * WRITES];
  uint32_t order[WRITES];
  for (size_t i = 0; i < WRITES; i++) memcpy(paths + 32 * i, records[WRITES - 1 - i].path, 32);
  const int code = cl_state_sort(paths, 32, WRITES, order);
  if (code != CL_STATE_OK && code != CL_STATE_NO_MEMORY) stop("sort", code);
  for (size_t i = 0; i < WRITES && code == CL_STATE_OK; i++) {
    if (order[i] != WRITES - 1 - i) stop("order", (long)i);
  }
  return code == CL_STATE_OK;
}

static int run_check(void) {
  char name[220];
  snprintf(name, sizeof name, "%s/data.mdb", folder);
  const int file = open(name, O_RDONLY | O_CLOEXEC);
  if (file < 0) stop("open", errno);
  uint64_t page;
  const int done = is_done("check", cl_lmdb_check(file, &page));
  close(file);
  return done;
}

// Runs one until no call is left to fail, in an environment just opened each time: LMDB keeps
// memory of one use for the next. What is alive afterwards is what was before.
static void exhaust(const char *name, int (*run)(void)) {
  long calls = 0, refused = 0, before = 0;
  for (; calls < CALLS_MAX; calls++) {
    open_state();
    // The first run is whole: what threads keep for later is there then.
    memory_fail_at(calls);
    const int done = run();
    const int failed = memory_end();
    cl_lmdb_close(env);
    if (!done && !failed) stop(name, calls);
    refused += !done;
    if (calls == 0) before = memory_alive();
    if (memory_alive() != before) stop("memory that is not freed", memory_alive() - before);
    if (!failed && calls > 0) break;
  }
  if (calls == CALLS_MAX) stop("there is no end to allocations", calls);
  printf("%s %ld %ld\n", name, calls - 1, refused);
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  snprintf(folder, sizeof folder, "%s", arguments[1]);
  setvbuf(stdout, NULL, _IONBF, 0);
  for (size_t i = 0; i < RECORDS; i++) {
    snprintf(records[i].key, sizeof records[i].key, "record %zu", i);
    snprintf(records[i].value, sizeof records[i].value, "the value of record %zu", i);
    hash_record(i);
  }
  qsort(records, RECORDS, sizeof records[0], by_path);
  fill();
  for (size_t threads = 0; threads <= 2; threads += 2) {
    must("workers", cl_workers_new(threads, &workers));
    open_state();
    if (!load(0, &tree)) stop("no memory though none failed", 0);
    cl_state_tree_node(tree, 1, root);
    cl_lmdb_close(env);
    exhaust("read", run_read);
    exhaust("reads", run_reads);
    exhaust("write", run_write);
    exhaust("load", run_load);
    exhaust("verify", run_verify);
    exhaust("stage", run_stage);
    exhaust("prove", run_prove);
    exhaust("sort", run_sort);
    exhaust("check", run_check);
    cl_state_tree_free(tree);
    cl_workers_free(workers);
  }
  printf("done\n");
  return 0;
}
