#ifndef CL_LMDB_H
#define CL_LMDB_H

// Ordered key-value files with transactions: LMDB 0.9.24 behind a face of our own.
//
// Every commit is synced. Keys are 1 to CL_LMDB_KEY_BYTES_MAX bytes, ordered bytewise.
//
// What LMDB asks of its callers ("lmdb.h, caveats"), and who sees to it:
//   "Do not have open an LMDB database twice in the same process at the same time."
//     cl_lmdb_open refuses a folder that is open already (CL_LMDB_IN_USE).
//   "A thread can only use one transaction at a time ... MDB_NOTLS changes this for read-only
//   transactions."
//     Set here: a read transaction may move between threads if one at a time uses it, and a
//     thread may have several. A write transaction and its cursors stay on one thread: the
//     caller's part.
//   "[mdb_env_set_mapsize] may be called at later times if no transactions are active in this
//   process. Note that the library does not check for this condition."
//     cl_lmdb_grow holds new transactions back and waits for those under way.
//   "Avoid long-lived transactions. Read transactions prevent reuse of pages freed by newer
//   write transactions, thus the database can grow quickly."
//     The caller's part.
//   "Values returned from the database are valid only until a subsequent update operation, or
//   the end of the transaction."
//     The caller's part, for every cl_lmdb_bytes given out here.
//
// Codes: 0 is success; a positive value is an errno; a negative one is named below or an LMDB
// error. cl_lmdb_text says any of them in words.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CL_LMDB_OK 0
#define CL_LMDB_IN_USE (-1)          // this process has the folder open already
#define CL_LMDB_READERS_ACTIVE (-2)  // growing waited in vain for transactions to end
#define CL_LMDB_OTHER_PAGES (-3)  // of a machine whose memory pages have another size
#define CL_LMDB_KEY_EXISTS (-30799)  // appended out of order
#define CL_LMDB_NOT_FOUND (-30798)   // no such key, no such database, or no further entry
#define CL_LMDB_PAGE_NOT_FOUND (-30797)  // damaged
#define CL_LMDB_CORRUPTED (-30796)       // damaged
#define CL_LMDB_PANIC (-30795)       // an earlier commit failed; nothing is written any more
#define CL_LMDB_VERSION_MISMATCH (-30794)  // not a file of this version of LMDB
#define CL_LMDB_INVALID (-30793)           // not an LMDB file
#define CL_LMDB_MAP_FULL (-30792)    // abort, cl_lmdb_grow, and do it again

#define CL_LMDB_KEY_BYTES_MAX 511
#define CL_LMDB_DATABASES_MAX 16
#define CL_LMDB_READERS_MAX 126

typedef struct cl_lmdb cl_lmdb;
typedef struct cl_lmdb_txn cl_lmdb_txn;
typedef struct cl_lmdb_cursor cl_lmdb_cursor;

typedef struct {
  const uint8_t *bytes;
  size_t length;
} cl_lmdb_bytes;

typedef struct {
  size_t entries;      // in the database asked for
  size_t depth;        // of its tree
  size_t pages;        // of its tree, large values included; by kind:
  size_t branch_pages, leaf_pages, overflow_pages;
  size_t page_bytes;
  size_t map_bytes;    // the file's bound until it is grown
  size_t used_bytes;   // the file's pages in use or free for use again, all databases
} cl_lmdb_stat;

// Words for a code; static storage, or the C library's for an errno.
const char *cl_lmdb_text(int code);

// Opens the folder `path`, which exists. `map_bytes` bounds the file; a file that is larger
// already keeps its size. Thread safe.
int cl_lmdb_open(const char *path, size_t map_bytes, int read_only, cl_lmdb **out);

// Ends it; every transaction and cursor must have ended.
void cl_lmdb_close(cl_lmdb *env);

// Opens a named database, made when missing unless the folder was opened read-only
// (CL_LMDB_NOT_FOUND). Called after cl_lmdb_open, before other threads use the folder.
// `integer_keys` not 0: a database that is made here has keys of 8 bytes, ordered as numbers of
// this machine.
int cl_lmdb_database(cl_lmdb *env, const char *name, int integer_keys, uint32_t *database);

// Sets the bound. Waits at most `wait_milliseconds` for transactions to end
// (CL_LMDB_READERS_ACTIVE, nothing changed). The caller holds no transaction. Thread safe.
int cl_lmdb_grow(cl_lmdb *env, size_t map_bytes, uint32_t wait_milliseconds);

// Makes the file at least `ahead_bytes` longer than what is used, up to the bound, and syncs
// that, when less than half of it is left: so a full disk shows before a commit, and commits
// change no file sizes. ENOSPC when the disk is full. No transaction is needed.
int cl_lmdb_preallocate(cl_lmdb *env, size_t ahead_bytes);

// The state as last committed, until cl_lmdb_end_read. Thread safe. A transaction is used by one
// thread at a time.
int cl_lmdb_begin_read(cl_lmdb *env, cl_lmdb_txn **out);
void cl_lmdb_end_read(cl_lmdb_txn *txn);
// The same while `held`, a read transaction, goes on: it does not wait for a growing map, since
// the map cannot grow while `held` does. Whoever needs a second transaction to end a first one
// begins it so.
int cl_lmdb_begin_read_beside(const cl_lmdb_txn *held, cl_lmdb_txn **out);

// The only writer at a time: waits for another one to end. On one thread until its end.
int cl_lmdb_begin_write(cl_lmdb *env, cl_lmdb_txn **out);
// Says, before anything is written, that about `pages` pages are going to be changed. LMDB then
// takes the free ones in the order of their numbers: it is slow with many in another one.
// `database` has no integer keys and none of two bytes, and is as it was afterwards.
int cl_lmdb_gather_free(cl_lmdb_txn *txn, uint32_t database, size_t pages);
// Both end the transaction whatever is returned. After a commit that failed for another reason
// than a full disk or map, nothing is written any more (CL_LMDB_PANIC): what the disk holds of
// it is unknown. After a full disk it may be tried anew: the pages that failed are referenced by
// nothing, and the next transaction writes all of its own. Only where it was the page of roots, the
// last one written, that found no room does LMDB refuse to (CL_LMDB_PANIC) until it is opened anew.
int cl_lmdb_commit(cl_lmdb_txn *txn);
void cl_lmdb_abort(cl_lmdb_txn *txn);

int cl_lmdb_get(cl_lmdb_txn *txn, uint32_t database, const uint8_t *key, size_t key_length,
                cl_lmdb_bytes *value);
int cl_lmdb_put(cl_lmdb_txn *txn, uint32_t database, const uint8_t *key, size_t key_length,
                const uint8_t *value, size_t value_length);
// Makes room for a value; the caller fills all of it before its next call with this transaction.
// `append` not 0: the key is above all others (CL_LMDB_KEY_EXISTS when it is not), pages fill up.
int cl_lmdb_put_reserve(cl_lmdb_txn *txn, uint32_t database, const uint8_t *key,
                        size_t key_length, size_t value_length, int append, uint8_t **room);
// CL_LMDB_NOT_FOUND when there is none.
int cl_lmdb_delete(cl_lmdb_txn *txn, uint32_t database, const uint8_t *key, size_t key_length);
int cl_lmdb_database_stat(cl_lmdb_txn *txn, uint32_t database, cl_lmdb_stat *stat);

// A cursor ends before its transaction does.
int cl_lmdb_cursor_open(cl_lmdb_txn *txn, uint32_t database, cl_lmdb_cursor **out);
void cl_lmdb_cursor_close(cl_lmdb_cursor *cursor);
// The first entry at or above the key; a length of 0 means the very first.
int cl_lmdb_cursor_seek(cl_lmdb_cursor *cursor, const uint8_t *key, size_t key_length,
                        cl_lmdb_bytes *found_key, cl_lmdb_bytes *value);
int cl_lmdb_cursor_next(cl_lmdb_cursor *cursor, cl_lmdb_bytes *key, cl_lmdb_bytes *value);
// Deletes the entry the cursor stands on (write transactions); next moves to the one after it.
int cl_lmdb_cursor_delete(cl_lmdb_cursor *cursor);

#ifdef __cplusplus
}
#endif

#endif
