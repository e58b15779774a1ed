#ifndef LMDB_TRANSACTION_H
#define LMDB_TRANSACTION_H

#include <lmdb.h>

#include "cl_lmdb.h"

struct cl_lmdb_txn {
  cl_lmdb *env;
  MDB_txn *txn;
  cl_lmdb_txn *next;  // in the pool of idle read transactions
};

// What LMDB notes of a database as the transaction sees it.
int lmdb_database_record(cl_lmdb_txn *txn, uint32_t database, MDB_val *out);

#endif
