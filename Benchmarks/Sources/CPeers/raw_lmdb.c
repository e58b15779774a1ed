#include "raw_lmdb.h"

#include <errno.h>
#include <lmdb.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "records.h"

struct peers_lmdb {
  MDB_env *env;
  MDB_dbi records;
  MDB_txn *load;  // under way, or NULL
};

const char *peers_lmdb_text(int code) { return mdb_strerror(code); }

int peers_lmdb_open(const char *folder, size_t map_bytes, peers_lmdb **out) {
  peers_lmdb *db = calloc(1, sizeof *db);
  if (!db) return MDB_PANIC;
  MDB_txn *txn = NULL;
  int code = mdb_env_create(&db->env);
  if (!code) code = mdb_env_set_mapsize(db->env, map_bytes);
  if (!code) code = mdb_env_open(db->env, folder, 0, 0600);
  if (!code) code = mdb_txn_begin(db->env, NULL, 0, &txn);
  if (!code) code = mdb_dbi_open(txn, NULL, MDB_CREATE, &db->records);
  if (!code) {
    code = mdb_txn_commit(txn);
  } else if (txn) {
    mdb_txn_abort(txn);
  }
  if (!code) {
    *out = db;
  } else {
    peers_lmdb_close(db);
  }
  return code;
}

void peers_lmdb_close(peers_lmdb *db) {
  if (!db) return;
  if (db->load) mdb_txn_abort(db->load);
  if (db->env) mdb_env_close(db->env);
  free(db);
}

static int put(MDB_cursor *cursor, const uint8_t *paths, const uint8_t *values, size_t count,
               unsigned flags) {
  int code = 0;
  for (size_t i = 0; i < count && !code; i++) {
    MDB_val key = {32, (void *)(paths + 32 * i)};
    MDB_val value = {PEERS_VALUE_BYTES, (void *)(values + PEERS_VALUE_BYTES * i)};
    code = mdb_cursor_put(cursor, &key, &value, flags);
  }
  return code;
}

int peers_lmdb_load(peers_lmdb *db, const uint8_t *paths, const uint8_t *values, size_t count) {
  MDB_cursor *cursor;
  int code = db->load ? 0 : mdb_txn_begin(db->env, NULL, 0, &db->load);
  if (!code) code = mdb_cursor_open(db->load, db->records, &cursor);
  if (code) return code;
  code = put(cursor, paths, values, count, MDB_APPEND);
  mdb_cursor_close(cursor);
  return code;
}

int peers_lmdb_append(peers_lmdb *db, const uint8_t path[32], const uint8_t *value,
                      size_t value_length) {
  const int code = db->load ? 0 : mdb_txn_begin(db->env, NULL, 0, &db->load);
  if (code) return code;
  MDB_val key = {32, (void *)path}, data = {value_length, (void *)value};
  return mdb_put(db->load, db->records, &key, &data, MDB_APPEND);
}

int peers_lmdb_load_end(peers_lmdb *db) {
  MDB_txn *load = db->load;
  db->load = NULL;
  return load ? mdb_txn_commit(load) : 0;
}

static int read_all(peers_lmdb *db, const uint8_t *paths, size_t count, uint64_t *sum,
                    int may_miss) {
  MDB_txn *txn;
  int code = mdb_txn_begin(db->env, NULL, MDB_RDONLY, &txn);
  if (code) return code;
  *sum = 0;
  for (size_t i = 0; i < count && !code; i++) {
    MDB_val key = {32, (void *)(paths + 32 * i)}, value;
    code = mdb_get(txn, db->records, &key, &value);
    if (!code) *sum += *(const uint8_t *)value.mv_data;
    if (code == MDB_NOTFOUND && may_miss) code = 0;
  }
  mdb_txn_abort(txn);
  return code;
}

int peers_lmdb_read(peers_lmdb *db, const uint8_t *paths, size_t count, uint64_t *sum) {
  return read_all(db, paths, count, sum, 0);
}

int peers_lmdb_look(peers_lmdb *db, const uint8_t *paths, size_t count, uint64_t *sum) {
  return read_all(db, paths, count, sum, 1);
}

int peers_lmdb_hash(peers_lmdb *db, size_t *count) {
  MDB_txn *txn;
  MDB_cursor *cursor;
  *count = 0;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (!context) return ENOMEM;
  int code = mdb_txn_begin(db->env, NULL, MDB_RDONLY, &txn);
  if (code) {
    EVP_MD_CTX_free(context);
    return code;
  }
  code = mdb_cursor_open(txn, db->records, &cursor);
  MDB_val key, value;
  while (!code && !(code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT))) {
    uint8_t out[EVP_MAX_MD_SIZE];
    const int done = EVP_DigestInit_ex2(context, EVP_sha256(), NULL) == 1 &&
                     EVP_DigestUpdate(context, key.mv_data, key.mv_size) == 1 &&
                     EVP_DigestUpdate(context, value.mv_data, value.mv_size) == 1 &&
                     EVP_DigestFinal_ex(context, out, NULL) == 1;
    code = done ? 0 : EINVAL;
    *count += 1;
  }
  mdb_txn_abort(txn);
  EVP_MD_CTX_free(context);
  return code == MDB_NOTFOUND ? 0 : code;
}

typedef struct {
  peers_lmdb *db;
  const uint8_t *paths;
  size_t count;
  uint64_t sums[PEERS_TEAM_THREADS];
  int codes[PEERS_TEAM_THREADS];
} seeking;

static void seek(void *context, size_t part) {
  seeking *all = context;
  size_t from = all->count * part / PEERS_TEAM_THREADS;
  size_t to = all->count * (part + 1) / PEERS_TEAM_THREADS;
  MDB_txn *txn;
  MDB_cursor *cursor = NULL;
  int code = mdb_txn_begin(all->db->env, NULL, MDB_RDONLY, &txn);
  if (!code) {
    code = mdb_cursor_open(txn, all->db->records, &cursor);
    uint64_t sum = 0;
    for (size_t i = from; i < to && !code; i++) {
      MDB_val key = {32, (void *)(all->paths + 32 * i)}, value;
      code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
      if (!code) sum += *(const uint8_t *)value.mv_data;
    }
    all->sums[part] = sum;
    if (cursor) mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
  }
  all->codes[part] = code;
}

int peers_lmdb_seek(peers_lmdb *db, peers_team *team, const uint8_t *paths, size_t count,
                    uint64_t *sum) {
  seeking all = {.db = db, .paths = paths, .count = count};
  peers_team_run(team, seek, &all);
  *sum = 0;
  for (size_t i = 0; i < PEERS_TEAM_THREADS; i++) {
    if (all.codes[i]) return all.codes[i];
    *sum += all.sums[i];
  }
  return 0;
}

int peers_lmdb_flush(peers_lmdb *db, const uint8_t *paths, const uint8_t *values, size_t count) {
  MDB_txn *txn;
  MDB_cursor *cursor;
  int code = mdb_txn_begin(db->env, NULL, 0, &txn);
  if (code) return code;
  code = mdb_cursor_open(txn, db->records, &cursor);
  if (!code) {
    code = put(cursor, paths, values, count, 0);
    mdb_cursor_close(cursor);
  }
  if (!code) return mdb_txn_commit(txn);
  mdb_txn_abort(txn);
  return code;
}

static size_t shared_bits(const uint8_t *a, const uint8_t *b) {
  for (size_t i = 0; i < 32; i++) {
    if (a[i] != b[i]) return 8 * i + (size_t)__builtin_clz(a[i] ^ b[i]) - 24;
  }
  return 256;
}

// How many inner nodes have both a leaf and its neighbour by `step` below them: the bits that they
// share, plus one; 0 without a neighbour.
static int common(MDB_cursor *cursor, const uint8_t *path, MDB_cursor_op step, size_t *nodes) {
  MDB_val key = {32, (void *)path}, value;
  int code = mdb_cursor_get(cursor, &key, &value, MDB_SET_KEY);
  if (code) return code;
  code = mdb_cursor_get(cursor, &key, &value, step);
  *nodes = code ? 0 : shared_bits(path, key.mv_data) + 1;
  return code == MDB_NOTFOUND ? 0 : code;
}

int peers_lmdb_inner_nodes(peers_lmdb *db, const uint8_t *paths, size_t count, size_t *nodes) {
  MDB_txn *txn;
  MDB_cursor *cursor = NULL;
  int code = mdb_txn_begin(db->env, NULL, MDB_RDONLY, &txn);
  if (code) return code;
  code = mdb_cursor_open(txn, db->records, &cursor);
  *nodes = 0;
  for (size_t i = 0; i < count && !code; i++) {
    const uint8_t *path = paths + 32 * i;
    size_t before = 0, after = 0;
    code = common(cursor, path, MDB_PREV, &before);
    if (!code) code = common(cursor, path, MDB_NEXT, &after);
    *nodes += before > after ? before : after;
    // Those above the leaf before, too, have been counted there.
    if (i > 0) *nodes -= shared_bits(path - 32, path) + 1;
  }
  if (cursor) mdb_cursor_close(cursor);
  mdb_txn_abort(txn);
  return code;
}
