#ifndef RECORDS_READS_H
#define RECORDS_READS_H

#include "cl_records.h"

// A leaf of a bucket that was read, kept in few bytes.
typedef struct {
  uint32_t place[2];  // the first 8 bytes of its path
  uint8_t hash[32];
  // 1 + where the others are, for records that were themselves read; 0 where they are not known.
  uint32_t rest;
} seen_leaf;

// The leaves of a bucket that was read, ascending, and how many, or NULL where it was not.
const seen_leaf *records_seen(const cl_records_reads *reads, unsigned depth, uint32_t bucket,
                              size_t *count);
uint64_t records_seen_place(const seen_leaf *leaf);
// The leaf as it is; a path that is not known whole ends in zeros.
void records_seen_leaf(const cl_records_reads *reads, const seen_leaf *leaf,
                       cl_state_leaf *out);

// Begins a read transaction beside that of the reads.
int records_begin_beside(const cl_records_reads *reads, cl_lmdb_txn **out);

// Fetches what records_seen looks at first.
void records_fetch_slot(const cl_records_reads *reads, uint32_t bucket);

// The lowest place in a bucket, and whether a place is in it.
uint64_t bucket_start(uint32_t bucket, unsigned depth);
int bucket_holds(uint32_t bucket, unsigned depth, uint64_t place);

#endif
