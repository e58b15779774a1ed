#define _GNU_SOURCE
#include "cl_lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "transaction.h"

_Static_assert(CL_LMDB_KEY_EXISTS == MDB_KEYEXIST, "");
_Static_assert(CL_LMDB_NOT_FOUND == MDB_NOTFOUND, "");
_Static_assert(CL_LMDB_PAGE_NOT_FOUND == MDB_PAGE_NOTFOUND, "");
_Static_assert(CL_LMDB_CORRUPTED == MDB_CORRUPTED, "");
_Static_assert(CL_LMDB_PANIC == MDB_PANIC, "");
_Static_assert(CL_LMDB_VERSION_MISMATCH == MDB_VERSION_MISMATCH, "");
_Static_assert(CL_LMDB_INVALID == MDB_INVALID, "");
_Static_assert(CL_LMDB_MAP_FULL == MDB_MAP_FULL, "");

// Databases that LMDB numbers for itself.
#define OWN_DATABASES 2

struct cl_lmdb_cursor {
  MDB_cursor *cursor;
};

struct cl_lmdb {
  MDB_env *env;
  int read_only;
  // Which folder this is, whatever path names it.
  dev_t device;
  ino_t inode;
  cl_lmdb *next;  // in the list of open folders
  // By LMDB's number of a database, of which the lowest are its own: the name.
  char *names[OWN_DATABASES + CL_LMDB_DATABASES_MAX];
  MDB_dbi main;  // the database of names

  pthread_mutex_t mutex;  // guards what follows
  pthread_cond_t changed;
  size_t active;  // transactions under way, reading or writing
  int growing;    // new transactions wait
  int failed;     // a commit failed
  cl_lmdb_txn *idle;  // reset read transactions: renewing one costs less than beginning
};

// The folders this process has open.
static pthread_mutex_t open_mutex = PTHREAD_MUTEX_INITIALIZER;
static cl_lmdb *open_list;

const char *cl_lmdb_text(int code) {
  switch (code) {
    case CL_LMDB_IN_USE:
      return "this process has the folder open already";
    case CL_LMDB_OTHER_PAGES:
      return "the file is from a machine whose memory pages are of another size";
    case CL_LMDB_READERS_ACTIVE:
      return "the map could not grow: transactions are still under way";
    default:
      return mdb_strerror(code);
  }
}

static int claim(cl_lmdb *env, const char *path) {
  struct stat status;
  if (stat(path, &status) != 0) return errno;
  env->device = status.st_dev;
  env->inode = status.st_ino;
  int code = CL_LMDB_OK;
  pthread_mutex_lock(&open_mutex);
  for (cl_lmdb *other = open_list; other; other = other->next)
    if (other->device == env->device && other->inode == env->inode) code = CL_LMDB_IN_USE;
  if (code == CL_LMDB_OK) {
    env->next = open_list;
    open_list = env;
  }
  pthread_mutex_unlock(&open_mutex);
  return code;
}

static void release(cl_lmdb *env) {
  pthread_mutex_lock(&open_mutex);
  for (cl_lmdb **link = &open_list; *link; link = &(*link)->next)
    if (*link == env) {
      *link = env->next;
      break;
    }
  pthread_mutex_unlock(&open_mutex);
}

static size_t whole_pages(size_t bytes) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  return bytes < page ? page : bytes / page * page;
}

// Pages are read without LMDB, too (lmdb/pages.h): in the format of 0.9, and where memory's pages
// are.
static int check_format(MDB_env *env) {
  int major, minor, patch;
  MDB_stat stat;
  mdb_version(&major, &minor, &patch);
  if (major != 0 || minor != 9) return CL_LMDB_VERSION_MISMATCH;
  const int code = mdb_env_stat(env, &stat);
  if (code) return code;
  return stat.ms_psize == (unsigned long)sysconf(_SC_PAGESIZE) ? CL_LMDB_OK
                                                               : CL_LMDB_OTHER_PAGES;
}

static int open_environment(cl_lmdb *env, const char *path, size_t map_bytes) {
  int code = mdb_env_create(&env->env);
  if (code) return code;
  unsigned flags = MDB_NOTLS | (env->read_only ? MDB_RDONLY : 0);
  if (!code) code = mdb_env_set_mapsize(env->env, whole_pages(map_bytes));
  if (!code) code = mdb_env_set_maxdbs(env->env, CL_LMDB_DATABASES_MAX);
  if (!code) code = mdb_env_set_maxreaders(env->env, CL_LMDB_READERS_MAX);
  if (!code) code = mdb_env_open(env->env, path, flags, 0600);
  if (!code) code = check_format(env->env);
  // "If this function fails, mdb_env_close() must be called to discard the MDB_env handle."
  if (code) mdb_env_close(env->env);
  return code;
}

int cl_lmdb_open(const char *path, size_t map_bytes, int read_only, cl_lmdb **out) {
  cl_lmdb *env = calloc(1, sizeof *env);
  if (!env) return ENOMEM;
  env->read_only = read_only;
  int code = claim(env, path);
  if (code == CL_LMDB_OK) {
    code = open_environment(env, path, map_bytes);
    if (code != CL_LMDB_OK) release(env);
  }
  if (code != CL_LMDB_OK) {
    free(env);
    return code;
  }
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_mutex_init(&env->mutex, NULL);
  pthread_cond_init(&env->changed, &attributes);
  pthread_condattr_destroy(&attributes);
  *out = env;
  return CL_LMDB_OK;
}

void cl_lmdb_close(cl_lmdb *env) {
  if (!env) return;
  while (env->idle) {
    cl_lmdb_txn *txn = env->idle;
    env->idle = txn->next;
    mdb_txn_abort(txn->txn);
    free(txn);
  }
  mdb_env_close(env->env);
  release(env);
  for (size_t i = 0; i < OWN_DATABASES + CL_LMDB_DATABASES_MAX; i++) free(env->names[i]);
  pthread_cond_destroy(&env->changed);
  pthread_mutex_destroy(&env->mutex);
  free(env);
}

// A transaction may start: not while the map grows.
static void enter(cl_lmdb *env) {
  pthread_mutex_lock(&env->mutex);
  while (env->growing) pthread_cond_wait(&env->changed, &env->mutex);
  env->active++;
  pthread_mutex_unlock(&env->mutex);
}

static void leave(cl_lmdb *env) {
  pthread_mutex_lock(&env->mutex);
  env->active--;
  if (env->active == 0) pthread_cond_broadcast(&env->changed);
  pthread_mutex_unlock(&env->mutex);
}

static void stop_writing(cl_lmdb *env) {
  pthread_mutex_lock(&env->mutex);
  env->failed = 1;
  pthread_mutex_unlock(&env->mutex);
}

// LMDB calls a short write EIO, and a short write is what a disk gives that is just becoming full.
static int is_disk_full(MDB_env *env) {
  mdb_filehandle_t file;
  struct statvfs disk;
  if (mdb_env_get_fd(env, &file) != 0 || fstatvfs(file, &disk) != 0) return 0;
  return (uint64_t)disk.f_bfree * disk.f_frsize < (1 << 20);
}

static int keep_name(cl_lmdb *env, const char *name, MDB_dbi dbi) {
  if (dbi >= OWN_DATABASES + CL_LMDB_DATABASES_MAX) return EINVAL;
  if (env->names[dbi] == NULL) env->names[dbi] = strdup(name);
  return env->names[dbi] != NULL ? CL_LMDB_OK : ENOMEM;
}

int lmdb_database_record(cl_lmdb_txn *txn, uint32_t database, MDB_val *out) {
  const cl_lmdb *const env = txn->env;
  if (database >= OWN_DATABASES + CL_LMDB_DATABASES_MAX || env->names[database] == NULL) {
    return EINVAL;
  }
  MDB_val name = {strlen(env->names[database]), env->names[database]};
  return mdb_get(txn->txn, env->main, &name, out);
}

int cl_lmdb_database(cl_lmdb *env, const char *name, int integer_keys, uint32_t *database) {
  MDB_txn *txn;
  MDB_dbi dbi = 0;
  // What a database is made with, it keeps.
  const unsigned flags =
      env->read_only ? 0 : MDB_CREATE | (integer_keys ? MDB_INTEGERKEY : 0);
  enter(env);
  int code = mdb_txn_begin(env->env, NULL, env->read_only ? MDB_RDONLY : 0, &txn);
  if (code == 0) {
    code = mdb_dbi_open(txn, name, flags, &dbi);
    if (code == 0) code = mdb_dbi_open(txn, NULL, 0, &env->main);
    if (code == 0) code = keep_name(env, name, dbi);
    // "After a successful commit the handle will reside in the shared environment."
    if (code == 0)
      code = mdb_txn_commit(txn);
    else
      mdb_txn_abort(txn);
  }
  if (code == EIO && is_disk_full(env->env)) code = ENOSPC;
  leave(env);
  *database = dbi;
  return code;
}

int cl_lmdb_grow(cl_lmdb *env, size_t map_bytes, uint32_t wait_milliseconds) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += wait_milliseconds / 1000;
  until.tv_nsec += (long)(wait_milliseconds % 1000) * 1000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_sec++;
    until.tv_nsec -= 1000000000;
  }
  pthread_mutex_lock(&env->mutex);
  while (env->growing) pthread_cond_wait(&env->changed, &env->mutex);
  env->growing = 1;
  int waited = 0;
  while (env->active > 0 && waited == 0)
    waited = pthread_cond_timedwait(&env->changed, &env->mutex, &until);
  int code = env->active > 0 ? CL_LMDB_READERS_ACTIVE
                             : mdb_env_set_mapsize(env->env, whole_pages(map_bytes));
  env->growing = 0;
  pthread_cond_broadcast(&env->changed);
  pthread_mutex_unlock(&env->mutex);
  return code;
}

int cl_lmdb_preallocate(cl_lmdb *env, size_t ahead_bytes) {
  MDB_envinfo info;
  MDB_stat stat;
  mdb_filehandle_t file;
  struct stat status;
  int code = mdb_env_info(env->env, &info);
  if (!code) code = mdb_env_stat(env->env, &stat);
  // LMDB's own descriptor: "Not even from a plain open() call - close()ing it breaks fcntl()
  // advisory locking."
  if (!code) code = mdb_env_get_fd(env->env, &file);
  if (code) return code;
  if (fstat(file, &status) != 0) return errno;
  size_t size = (size_t)status.st_size;
  size_t used = (info.me_last_pgno + 1) * stat.ms_psize;
  size_t wanted = used + ahead_bytes;
  if (wanted > info.me_mapsize) wanted = info.me_mapsize;
  if (size >= wanted || (size > used && size - used >= ahead_bytes / 2)) return CL_LMDB_OK;
  while (fallocate(file, 0, (off_t)size, (off_t)(wanted - size)) != 0)
    if (errno != EINTR) return errno == EOPNOTSUPP ? CL_LMDB_OK : errno;
  if (fsync(file) == 0) return CL_LMDB_OK;
  code = errno;
  stop_writing(env);
  return code;
}

static int begin_read(cl_lmdb *env, int waits, cl_lmdb_txn **out) {
  pthread_mutex_lock(&env->mutex);
  while (waits && env->growing) pthread_cond_wait(&env->changed, &env->mutex);
  env->active++;
  cl_lmdb_txn *txn = env->idle;
  if (txn) env->idle = txn->next;
  pthread_mutex_unlock(&env->mutex);

  int code;
  if (txn) {
    code = mdb_txn_renew(txn->txn);
    if (code) mdb_txn_abort(txn->txn);
  } else {
    txn = malloc(sizeof *txn);
    code = txn ? mdb_txn_begin(env->env, NULL, MDB_RDONLY, &txn->txn) : ENOMEM;
  }
  if (code) {
    free(txn);
    leave(env);
    return code;
  }
  txn->env = env;
  txn->is_writing = 0;
  txn->has_pages = 0;
  txn->gets = 0;
  *out = txn;
  return CL_LMDB_OK;
}

int cl_lmdb_begin_read(cl_lmdb *env, cl_lmdb_txn **out) { return begin_read(env, 1, out); }

int cl_lmdb_begin_read_beside(const cl_lmdb_txn *held, cl_lmdb_txn **out) {
  return begin_read(held->env, 0, out);
}

void cl_lmdb_end_read(cl_lmdb_txn *txn) {
  cl_lmdb *env = txn->env;
  mdb_txn_reset(txn->txn);
  pthread_mutex_lock(&env->mutex);
  txn->next = env->idle;
  env->idle = txn;
  env->active--;
  if (env->active == 0) pthread_cond_broadcast(&env->changed);
  pthread_mutex_unlock(&env->mutex);
}

int cl_lmdb_begin_write(cl_lmdb *env, cl_lmdb_txn **out) {
  cl_lmdb_txn *txn = malloc(sizeof *txn);
  if (!txn) return ENOMEM;
  enter(env);
  pthread_mutex_lock(&env->mutex);
  int code = env->failed ? CL_LMDB_PANIC : CL_LMDB_OK;
  pthread_mutex_unlock(&env->mutex);
  if (!code) code = mdb_txn_begin(env->env, NULL, 0, &txn->txn);
  if (code) {
    leave(env);
    free(txn);
    return code;
  }
  txn->env = env;
  txn->is_writing = 1;
  *out = txn;
  return CL_LMDB_OK;
}

int cl_lmdb_commit(cl_lmdb_txn *txn) {
  cl_lmdb *env = txn->env;
  int code = mdb_txn_commit(txn->txn);
  free(txn);
  if (code == EIO && is_disk_full(env->env)) code = ENOSPC;
  if (code && code != ENOSPC && code != MDB_MAP_FULL) stop_writing(env);
  leave(env);
  return code;
}

void cl_lmdb_abort(cl_lmdb_txn *txn) {
  cl_lmdb *env = txn->env;
  mdb_txn_abort(txn->txn);
  free(txn);
  leave(env);
}

// LMDB takes keys and values through pointers to non-const and does not write to them.
static MDB_val given(const uint8_t *bytes, size_t length) {
  MDB_val value = {length, (void *)(uintptr_t)bytes};
  return value;
}

static cl_lmdb_bytes taken(const MDB_val *value) {
  cl_lmdb_bytes bytes = {value->mv_data, value->mv_size};
  return bytes;
}

int cl_lmdb_get(cl_lmdb_txn *txn, uint32_t database, const uint8_t *key, size_t key_length,
                cl_lmdb_bytes *value) {
  MDB_val name = given(key, key_length), found;
  int code = mdb_get(txn->txn, database, &name, &found);
  if (code == 0) *value = taken(&found);
  return code;
}

int lmdb_get_integer(cl_lmdb_txn *txn, uint32_t database, uint64_t key, MDB_val *value) {
  MDB_val name = {sizeof key, &key};
  // What a transaction writes is not in the pages that the file had.
  if (txn->is_writing) return mdb_get(txn->txn, database, &name, value);
  if (!txn->has_pages || txn->pages_database != database) {
    if (txn->gets++ == 0) return mdb_get(txn->txn, database, &name, value);
    const int code = lmdb_pages_open(txn, database, &txn->pages);
    if (code != CL_LMDB_OK) return code;
    txn->pages_database = database;
    txn->has_pages = 1;
  }
  return lmdb_pages_get(&txn->pages, key, value);
}

int cl_lmdb_put(cl_lmdb_txn *txn, uint32_t database, const uint8_t *key, size_t key_length,
                const uint8_t *value, size_t value_length) {
  MDB_val name = given(key, key_length), data = given(value, value_length);
  return mdb_put(txn->txn, database, &name, &data, 0);
}

int cl_lmdb_put_reserve(cl_lmdb_txn *txn, uint32_t database, const uint8_t *key,
                        size_t key_length, size_t value_length, int append, uint8_t **room) {
  MDB_val name = given(key, key_length), data = given(NULL, value_length);
  int code =
      mdb_put(txn->txn, database, &name, &data, MDB_RESERVE | (append ? MDB_APPEND : 0));
  if (code == 0) *room = data.mv_data;
  return code;
}

int cl_lmdb_delete(cl_lmdb_txn *txn, uint32_t database, const uint8_t *key, size_t key_length) {
  MDB_val name = given(key, key_length);
  return mdb_del(txn->txn, database, &name, NULL);
}

int cl_lmdb_database_stat(cl_lmdb_txn *txn, uint32_t database, cl_lmdb_stat *out) {
  MDB_stat stat;
  MDB_envinfo info;
  int code = mdb_stat(txn->txn, database, &stat);
  if (!code) code = mdb_env_info(txn->env->env, &info);
  if (code) return code;
  out->entries = stat.ms_entries;
  out->depth = stat.ms_depth;
  out->pages = stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
  out->branch_pages = stat.ms_branch_pages;
  out->leaf_pages = stat.ms_leaf_pages;
  out->overflow_pages = stat.ms_overflow_pages;
  out->page_bytes = stat.ms_psize;
  out->map_bytes = info.me_mapsize;
  out->used_bytes = (info.me_last_pgno + 1) * stat.ms_psize;
  return CL_LMDB_OK;
}

int cl_lmdb_cursor_open(cl_lmdb_txn *txn, uint32_t database, cl_lmdb_cursor **out) {
  cl_lmdb_cursor *cursor = malloc(sizeof *cursor);
  if (!cursor) return ENOMEM;
  int code = mdb_cursor_open(txn->txn, database, &cursor->cursor);
  if (code) {
    free(cursor);
    return code;
  }
  *out = cursor;
  return CL_LMDB_OK;
}

void cl_lmdb_cursor_close(cl_lmdb_cursor *cursor) {
  mdb_cursor_close(cursor->cursor);
  free(cursor);
}

int cl_lmdb_cursor_seek(cl_lmdb_cursor *cursor, const uint8_t *key, size_t key_length,
                        cl_lmdb_bytes *found_key, cl_lmdb_bytes *value) {
  MDB_val name = given(key, key_length), data;
  int code = mdb_cursor_get(
      cursor->cursor, &name, &data, key_length == 0 ? MDB_FIRST : MDB_SET_RANGE);
  if (code) return code;
  *found_key = taken(&name);
  *value = taken(&data);
  return CL_LMDB_OK;
}

int cl_lmdb_cursor_next(cl_lmdb_cursor *cursor, cl_lmdb_bytes *key, cl_lmdb_bytes *value) {
  MDB_val name, data;
  int code = mdb_cursor_get(cursor->cursor, &name, &data, MDB_NEXT);
  if (code) return code;
  *key = taken(&name);
  *value = taken(&data);
  return CL_LMDB_OK;
}

int cl_lmdb_cursor_delete(cl_lmdb_cursor *cursor) {
  return mdb_cursor_del(cursor->cursor, 0);
}
