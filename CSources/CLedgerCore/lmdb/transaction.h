#ifndef LMDB_TRANSACTION_H
#define LMDB_TRANSACTION_H

#include <lmdb.h>

#include "cl_lmdb.h"
#include "pages.h"

struct cl_lmdb_txn {
  cl_lmdb *env;
  MDB_txn *txn;
  cl_lmdb_txn *next;  // in the pool of idle read transactions
  // The database whose pages were opened last, and those, while it reads; `has_pages` is 0 before.
  uint32_t pages_database;
  lmdb_pages pages;
  int is_writing, has_pages;
  unsigned gets;  // lmdb_get_integer's
};

// mdb_get from a database with integer keys. To open a database's pages costs more than to seek
// one key there: only from the second key on they are read side by side with LMDB.
int lmdb_get_integer(cl_lmdb_txn *txn, uint32_t database, uint64_t key, MDB_val *value);

// What LMDB notes of a database as the transaction sees it.
int lmdb_database_record(cl_lmdb_txn *txn, uint32_t database, MDB_val *out);

#endif
