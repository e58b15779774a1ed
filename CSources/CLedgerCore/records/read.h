#ifndef RECORDS_READ_H
#define RECORDS_READ_H

#include <lmdb.h>

#include "chain.h"

// The record at a path in the chain that stands at its place, as cl_records_get says.
int record_find(const MDB_val *chain, const uint8_t path[32], const uint8_t *key,
                size_t key_length, cl_record *out);

// Whether a chain is the record of a key and nothing else, which *out is then: not checked.
int record_find_only(const MDB_val *chain, const uint8_t *key, size_t key_length, cl_record *out);

// What the processor fetches at once, and how much is asked of it.
#define RECORD_LINE_BYTES 64
#define RECORD_FETCH_BYTES 4096

// Has the processor fetch the bytes of a record, so that hashing waits for them together and not
// for one line after the other.
static inline void record_fetch(const void *bytes, size_t length) {
  const size_t wanted = length < RECORD_FETCH_BYTES ? length : RECORD_FETCH_BYTES;
  for (size_t i = 0; i < wanted; i += RECORD_LINE_BYTES) {
    __builtin_prefetch((const char *)bytes + i);
  }
}

#endif
