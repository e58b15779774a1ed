#ifndef RECORDS_READS_H
#define RECORDS_READS_H

#include "cl_records.h"

// The leaves of a bucket that was read, ascending, and how many, or NULL where it was not.
// Paths are whole for records that were themselves read; others end in zeros (leaf_is_whole).
const cl_state_leaf *records_seen(const cl_records_reads *reads, unsigned depth,
                                  uint32_t bucket, size_t *count);

// Begins a read transaction beside that of the reads.
int records_begin_beside(const cl_records_reads *reads, cl_lmdb_txn **out);

// Fetches what records_seen looks at first.
void records_fetch_slot(const cl_records_reads *reads, uint32_t bucket);

// Whether a leaf has its whole path: no hash ends in 24 zeros.
int leaf_is_whole(const cl_state_leaf *leaf);

// The lowest place in a bucket, and whether a place is in it.
uint64_t bucket_start(uint32_t bucket, unsigned depth);
int bucket_holds(uint32_t bucket, unsigned depth, uint64_t place);

#endif
