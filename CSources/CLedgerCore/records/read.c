#include "../lmdb/transaction.h"
#include "cl_sha256.h"
#include "read.h"

#include <string.h>

int record_find(const MDB_val *chain, const uint8_t path[32], const uint8_t *key,
                size_t key_length, cl_record *out) {
  const uint64_t place = record_place(path);
  record_chain rest = record_chain_of(chain->mv_data, chain->mv_size);
  int code;
  cl_record record;
  while ((code = record_chain_next(&rest, &record)) == CL_LMDB_OK) {
    const int is_given = key != NULL && record.key_length == key_length &&
                         memcmp(record.key, key, key_length) == 0;
    uint8_t own[32];
    if (!is_given) cl_sha256(record.key, record.key_length, own);
    code = record_check(place, is_given ? path : own, &record);
    if (code != CL_LMDB_OK) return code;
    if (!is_given && memcmp(own, path, 32) != 0) continue;
    *out = record;
    return CL_LMDB_OK;
  }
  return code;
}

int record_find_only(const MDB_val *chain, const uint8_t *key, size_t key_length,
                     cl_record *out) {
  record_chain rest = record_chain_of(chain->mv_data, chain->mv_size);
  return record_chain_next(&rest, out) == CL_LMDB_OK && rest.at == rest.end &&
         out->key_length == key_length && memcmp(out->key, key, key_length) == 0;
}

int cl_records_get(cl_lmdb_txn *txn, uint32_t database, const uint8_t path[32],
                   const uint8_t *key, size_t key_length, cl_record *out) {
  MDB_val chain;
  const int code = lmdb_get_integer(txn, database, record_place(path), &chain);
  if (code != 0) return code;
  record_fetch(chain.mv_data, chain.mv_size);
  return record_find(&chain, path, key, key_length, out);
}
