#ifndef RECORDS_READS_H
#define RECORDS_READS_H

#include <lmdb.h>

#include "cl_records.h"

// One of a bucket's chains, within the map.
typedef struct {
  uint64_t place;
  MDB_val chain;
} seen_chain;

// The chains of a bucket that was read, and how many, or NULL where it was not.
const seen_chain *records_seen(const cl_records_reads *reads, unsigned depth, uint32_t bucket,
                               size_t *count);

// Begins a read transaction beside that of the reads.
int records_begin_beside(const cl_records_reads *reads, cl_lmdb_txn **out);

// Fetches what records_seen looks at first.
void records_fetch_slot(const cl_records_reads *reads, uint32_t bucket);

// The lowest place in a bucket, and whether a place is in it.
uint64_t bucket_start(uint32_t bucket, unsigned depth);
int bucket_holds(uint32_t bucket, unsigned depth, uint64_t place);

#endif
