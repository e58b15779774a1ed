#ifndef LMDB_PAGES_H
#define LMDB_PAGES_H

#include <lmdb.h>
#include <stddef.h>
#include <stdint.h>

#include "cl_lmdb.h"

// A database with integer keys as a read transaction sees it, read without LMDB's cursors:
// these wait for memory at every step of every search. Here several keys are sought side by
// side, and what each looks at next is fetched while the others go on. Nothing is written,
// and nothing outside the file's pages is read whatever they say: the code is
// CL_LMDB_CORRUPTED then.

typedef struct {
  const uint8_t *map;  // page 0
  uint64_t last_page, root;
  unsigned depth;  // levels of pages; 0: nothing is in it
  unsigned page_bytes;
} lmdb_pages;

// Good until the transaction ends.
int lmdb_pages_open(cl_lmdb_txn *txn, uint32_t database, lmdb_pages *out);

// Stands at an entry, or behind a leaf's last.
typedef struct {
  const uint8_t *leaf;  // NULL: nothing is in the database
  unsigned at, count;
  // No key of this leaf is as high, and none of the next one is lower; has_next says whether
  // there is one.
  uint64_t next;
  int has_next;
} lmdb_place;

// Keys sought side by side.
#define LMDB_SEEK_MAX 16

// Sets places[i] to the first entry whose key is not below keys[i], for i < count, which is at
// most LMDB_SEEK_MAX.
int lmdb_pages_seek(const lmdb_pages *pages, const uint64_t *keys, size_t count,
                    lmdb_place *places);

// The value at a key. CL_LMDB_NOT_FOUND where there is none.
int lmdb_pages_get(const lmdb_pages *pages, uint64_t key, MDB_val *value);

// The entry at a place, which moves to the next leaf for it where it has to.
// CL_LMDB_NOT_FOUND behind the last entry of all. The next one is at `place->at + 1`.
int lmdb_pages_entry(const lmdb_pages *pages, lmdb_place *place, uint64_t *key,
                     MDB_val *value);

#endif
