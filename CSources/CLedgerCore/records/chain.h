#ifndef RECORDS_CHAIN_H
#define RECORDS_CHAIN_H

#include "cl_records.h"

// Where a record stands: the first 8 bytes of its path, as a number.
uint64_t record_place(const uint8_t path[32]);
// The lowest path there.
void record_place_path(uint64_t place, uint8_t out[32]);

// The records of a chain that have not been seen.
typedef struct {
  const uint8_t *at, *end;
  unsigned seen;
} record_chain;

record_chain record_chain_of(const void *bytes, size_t length);
// The next record: CL_LMDB_OK, CL_LMDB_NOT_FOUND behind the last, CL_RECORDS_BAD_LAYOUT.
// Nothing but the layout is checked.
int record_chain_next(record_chain *chain, cl_record *out);

// The bytes of a record that another one follows, or does not.
size_t record_length(size_t key_length, size_t value_length, int is_followed);
// Writes one, and returns what is behind it.
uint8_t *record_write(uint8_t *out, const cl_record *record, int is_followed);

// The leaf hash as it should be.
void record_leaf_hash(const uint8_t path[32], const cl_record *record, uint8_t out[32]);
// CL_LMDB_OK where a record at `place` is whole; `path` is its key's hash.
int record_check(uint64_t place, const uint8_t path[32], const cl_record *record);

#endif
