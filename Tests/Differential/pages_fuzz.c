// libFuzzer target: `make fuzz`. Files of LMDB that the input changes here and there, or is
// itself: what cl_lmdb_check passes, LMDB reads, orders and writes without leaving its memory,
// and it passes again afterwards.

#define _GNU_SOURCE
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cl_lmdb_check.h"
#include "lmdb/page.h"

#define PAGE 4096u
#define BASES 3
#define BASE_BYTES_MAX (160 * PAGE)
// A file may say that it has 4 GiB of pages that were never written.
#define MAP_BYTES ((size_t)8 << 30)

static struct {
  uint8_t *bytes;
  size_t length;
} bases[BASES];
static char folder[64], path[80], lock[80];
static int descriptor = -1;
static volatile uint8_t sink;

static void stop(const char *what, long code) {
  fprintf(stderr, "%s: %ld\n", what, code);
  abort();
}

static void must(const char *what, int code) {
  if (code != 0) stop(what, code);
}

static MDB_env *open_file(void) {
  MDB_env *env;
  must("env_create", mdb_env_create(&env));
  must("mapsize", mdb_env_set_mapsize(env, MAP_BYTES));
  must("maxdbs", mdb_env_set_maxdbs(env, CL_LMDB_DATABASES_MAX));
  const int code = mdb_env_open(env, folder, MDB_NOSYNC | MDB_NOTLS, 0600);
  if (code == 0) return env;
  mdb_env_close(env);
  stop("a file that passed is not opened", code);
  return NULL;
}

static void put(MDB_txn *txn, MDB_dbi database, const void *key, size_t key_length,
                size_t value_length, uint8_t fill) {
  static uint8_t value[4 * PAGE];
  memset(value, fill, sizeof value);
  MDB_val name = {key_length, (void *)(uintptr_t)key}, data = {value_length, value};
  must("put", mdb_put(txn, database, &name, &data, 0));
}

static uint64_t mixed(uint64_t i) {
  i = (i + 1) * UINT64_C(0x9E3779B97F4A7C15);
  return i ^ i >> 29;
}

// Keys of 1 to 509 bytes, no two alike.
static size_t name_of(uint64_t i, uint8_t *out) {
  const size_t length = 8 + mixed(i) % 502;
  memset(out, (int)(mixed(i) >> 8 & 3), length);
  const uint64_t big = __builtin_bswap64(mixed(i));
  memcpy(out + (length > 16 ? 8 : 0), &big, sizeof big);
  return length;
}

static void fill(MDB_txn *txn, MDB_dbi numbers, MDB_dbi names, unsigned first, unsigned last,
                 size_t value_length) {
  for (unsigned i = first; i < last; i++) {
    const uint64_t number = mixed(i);
    uint8_t name[512];
    put(txn, numbers, &number, sizeof number, value_length + i % 40, (uint8_t)i);
    put(txn, names, name, name_of(i, name), 10 + i % 90, (uint8_t)i);
  }
}

// A file of some commits: pages split and freed, large values, a list of free pages.
static void make_base(int b) {
  static const struct {
    unsigned count;
    size_t value_length;
  } shapes[BASES] = {{60, 120}, {54, 1500}, {3, 10}};
  unlink(path);
  unlink(lock);
  MDB_env *const env = open_file();
  MDB_dbi numbers = 0, names = 0;
  for (unsigned round = 0; round < 4; round++) {
    MDB_txn *txn;
    must("begin", mdb_txn_begin(env, NULL, 0, &txn));
    must("numbers", mdb_dbi_open(txn, "numbers", MDB_CREATE | MDB_INTEGERKEY, &numbers));
    must("names", mdb_dbi_open(txn, "names", MDB_CREATE, &names));
    const unsigned part = shapes[b].count / 3;
    if (round < 3) {
      fill(txn, numbers, names, part * round, part * (round + 1), shapes[b].value_length);
    }
    if (b < 2) put(txn, names, &round, sizeof round, 2 * PAGE + 300 * round, 7);
    for (unsigned i = part * round; round > 1 && i < part * round + part / 4; i++) {
      uint64_t number = mixed(i - part);
      MDB_val key = {sizeof number, &number};
      must("delete", mdb_del(txn, numbers, &key, NULL));
    }
    must("commit", mdb_txn_commit(txn));
  }
  mdb_env_close(env);
  const int file = open(path, O_RDONLY);
  bases[b].bytes = malloc(BASE_BYTES_MAX);
  const ssize_t length = read(file, bases[b].bytes, BASE_BYTES_MAX);
  if (length < 0 || length == BASE_BYTES_MAX) stop("a base is too long", length);
  bases[b].length = (size_t)length;
  close(file);
}

static void start(void) {
  snprintf(folder, sizeof folder, "/dev/shm/eco2-fuzz-%d", getpid());
  snprintf(path, sizeof path, "%s/data.mdb", folder);
  snprintf(lock, sizeof lock, "%s/lock.mdb", folder);
  must("mkdir", mkdir(folder, 0700));
  for (int b = 0; b < BASES; b++) make_base(b);
  descriptor = open(path, O_RDWR | O_CREAT, 0600);
  if (descriptor < 0) stop("open", descriptor);
  for (int b = 0; b < BASES; b++) {
    if (ftruncate(descriptor, 0) != 0 ||
        pwrite(descriptor, bases[b].bytes, bases[b].length, 0) != (ssize_t)bases[b].length) {
      stop("write", b);
    }
    uint64_t page;
    must("a file without damage does not pass", cl_lmdb_check(descriptor, &page));
  }
}

static void leave(void) {
  unlink(path);
  unlink(lock);
  rmdir(folder);
}

// Reads every entry of a database in order; how many.
static size_t read_all(MDB_txn *txn, MDB_dbi database) {
  MDB_cursor *cursor;
  MDB_val key, data, before = {0, NULL};
  size_t count = 0;
  must("cursor", mdb_cursor_open(txn, database, &cursor));
  int code;
  while ((code = mdb_cursor_get(cursor, &key, &data, MDB_NEXT)) == 0) {
    if (count++ > 0 && mdb_cmp(txn, database, &before, &key) >= 0) stop("order", (long)count);
    before = key;
    uint8_t sum = 0;
    for (size_t i = 0; i < key.mv_size; i++) sum ^= ((const uint8_t *)key.mv_data)[i];
    for (size_t i = 0; i < data.mv_size; i++) sum ^= ((const uint8_t *)data.mv_data)[i];
    sink = sum;
  }
  if (code != MDB_NOTFOUND) stop("a file that passed cannot be read", code);
  // Each is found by its key.
  while ((code = mdb_cursor_get(cursor, &key, &data, MDB_PREV)) == 0) {
    MDB_val found;
    if (mdb_get(txn, database, &key, &found) != 0 || found.mv_data != data.mv_data) {
      stop("an entry is not found", (long)count);
    }
  }
  mdb_cursor_close(cursor);
  MDB_stat stat;
  must("stat", mdb_stat(txn, database, &stat));
  if (stat.ms_entries != count) stop("entries", (long)count);
  return count;
}

// The databases that are there.
static size_t databases(MDB_txn *txn, MDB_dbi *out) {
  MDB_dbi main_database;
  MDB_cursor *cursor;
  MDB_val key, data;
  size_t count = 0;
  must("main", mdb_dbi_open(txn, NULL, 0, &main_database));
  must("cursor", mdb_cursor_open(txn, main_database, &cursor));
  while (count < CL_LMDB_DATABASES_MAX && mdb_cursor_get(cursor, &key, &data, MDB_NEXT) == 0) {
    char name[512];
    memcpy(name, key.mv_data, key.mv_size);
    name[key.mv_size] = 0;
    if (mdb_dbi_open(txn, name, 0, &out[count]) == 0) count++;
  }
  mdb_cursor_close(cursor);
  return count;
}

static void write_some(MDB_txn *txn, MDB_dbi database, unsigned seed) {
  unsigned flags;
  must("flags", mdb_dbi_flags(txn, database, &flags));
  MDB_cursor *cursor;
  MDB_val key, data;
  must("cursor", mdb_cursor_open(txn, database, &cursor));
  for (unsigned i = 0; mdb_cursor_get(cursor, &key, &data, MDB_NEXT) == 0; i++) {
    if (i % 3 == seed % 3) must("delete", mdb_cursor_del(cursor, 0));
  }
  mdb_cursor_close(cursor);
  for (unsigned i = 0; i < 30; i++) {
    const uint64_t number = mixed(1000 * seed + i);
    uint8_t name[512];
    const size_t length = flags & MDB_INTEGERKEY ? 0 : name_of(number, name);
    put(txn, database, length == 0 ? (const void *)&number : name,
        length == 0 ? sizeof number : length, i % 10 == 9 ? 5000 : 50 + i, (uint8_t)i);
  }
}

static void use(void) {
  MDB_env *const env = open_file();
  MDB_dbi found[CL_LMDB_DATABASES_MAX];
  MDB_txn *txn;
  size_t count = 0;
  for (unsigned round = 0; round < 3; round++) {
    must("begin", mdb_txn_begin(env, NULL, 0, &txn));
    if (round == 0) count = databases(txn, found);
    for (size_t d = 0; d < count; d++) read_all(txn, found[d]);
    for (size_t d = 0; round < 2 && d < count; d++) write_some(txn, found[d], round + 1);
    must("commit", mdb_txn_commit(txn));
  }
  mdb_env_close(env);
}

static size_t take(const uint8_t **data, size_t *size, size_t count) {
  size_t value = 0;
  for (size_t i = 0; i < count; i++) {
    value = value << 8 | (*size > 0 ? **data : 0);
    if (*size > 0) (*data)++, (*size)--;
  }
  return value;
}

// Changes the file as the input says: at any place, or in a head, an offset or a node's head.
static void change(uint8_t *bytes, size_t length, const uint8_t **data, size_t *size) {
  const size_t kind = take(data, size, 1), page = take(data, size, 1) % (length / PAGE) * PAGE;
  const size_t where = take(data, size, 2), width = kind / 8 % 8 + 1;
  size_t at = page + where % PAGE;
  const size_t nodes = page_lower(bytes + page) >= PAGE_HEAD_BYTES
                           ? page_node_count(bytes + page) % (PAGE / 2)
                           : 0;
  const size_t node = nodes == 0 ? 0 : page + page_node(bytes + page, where / 16 % nodes) % PAGE;
  switch (kind % 8) {
    case 0: at = page + where % 152; break;
    case 1: at = nodes == 0 ? at : page + PAGE_HEAD_BYTES + where % (2 * nodes); break;
    case 2: at = nodes == 0 ? at : node + where % 16; break;
    case 3: at = nodes == 0 ? at : node + where % 80; break;
    default: break;
  }
  const size_t value = take(data, size, kind / 8 % 8 + 1);
  for (size_t i = 0; i < width && at + i < length; i++) {
    const uint8_t byte = (uint8_t)(value >> 8 * i);
    bytes[at + i] = kind >= 128 ? bytes[at + i] ^ byte : byte;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (descriptor < 0) {
    start();
    atexit(leave);
  }
  static uint8_t bytes[BASE_BYTES_MAX];
  const size_t mode = take(&data, &size, 1) % (BASES + 1);
  size_t length = size;
  if (mode < BASES) {
    length = bases[mode].length;
    memcpy(bytes, bases[mode].bytes, length);
    for (int i = 0; i < 16 && size > 0; i++) change(bytes, length, &data, &size);
  } else {
    memcpy(bytes, data, length);
  }
  if (ftruncate(descriptor, 0) != 0 || pwrite(descriptor, bytes, length, 0) != (ssize_t)length) {
    stop("write", (long)length);
  }
  uint64_t page;
  int code = cl_lmdb_check(descriptor, &page);
  if (code != CL_LMDB_OK) {
    if (code != CL_LMDB_CORRUPTED) stop("check", code);
    return 0;
  }
  use();
  code = cl_lmdb_check(descriptor, &page);
  if (code != CL_LMDB_OK) stop("what LMDB wrote does not pass", (long)page);
  return 0;
}
