#ifndef RECORDS_READ_H
#define RECORDS_READ_H

#include <lmdb.h>

#include "chain.h"

// The record at a path in the chain that stands at its place, as cl_records_get says.
int record_find(const MDB_val *chain, const uint8_t path[32], const uint8_t *key,
                size_t key_length, cl_record *out);

#endif
