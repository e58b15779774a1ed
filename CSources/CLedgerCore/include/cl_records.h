#ifndef CL_RECORDS_H
#define CL_RECORDS_H

#include <stddef.h>
#include <stdint.h>

#include "cl_lmdb.h"
#include "cl_state_tree.h"

// The records of a state in LMDB, in the order of their paths, SHA-256 of their keys.
//
// The database has integer keys (cl_lmdb_database): records stand at the first 8 bytes of
// their path, as a number. The value there is a chain of the records whose paths begin so
// (one, but by chance or ill will), ascending by path:
//
//     leaf hash 32 ‖ key length u16 ‖ [value length u32] ‖ key ‖ value
//
// little-endian; the highest bit of the key length says that another record follows, and
// only then is there a value length. The leaf hash is ICS-23's, SHA256(0x00 ‖ SHA256(key)
// ‖ SHA256(value)): LMDB has no page checksums, so it is the record's checksum too.
//
// Codes are those of cl_lmdb.h, and these for damage, whose place is a path:
#define CL_RECORDS_BAD_LAYOUT (-101)
#define CL_RECORDS_WRONG_PATH (-102)  // stands elsewhere than at the hash of its key
#define CL_RECORDS_BAD_LEAF_HASH (-103)
// No damage: a key or value that is not put, since its length is out of bounds.
#define CL_RECORDS_BAD_LENGTH (-104)

#define CL_RECORDS_KEY_BYTES_MAX 255
#define CL_RECORDS_VALUE_BYTES_MAX (1 << 20)
// Records in a chain. Finding so many keys that hash alike is out of anybody's reach.
#define CL_RECORDS_CHAIN_MAX 16

// A record within the map: good until its transaction ends or writes.
typedef struct {
  const uint8_t *leaf_hash;
  const uint8_t *key, *value;
  size_t key_length, value_length;
} cl_record;

// The record at a path, all of it checked. `key` is what the path is the hash of, or NULL
// where the caller knows the path alone. CL_LMDB_NOT_FOUND when there is none: every
// record that stands in its place was checked then.
int cl_records_get(cl_lmdb_txn *txn, uint32_t database, const uint8_t path[32],
                   const uint8_t *key, size_t key_length, cl_record *out);

// Calls `visit` with every record of a chain that was found at `place`, and, if `check` is
// not 0, with what is wrong with it (CL_LMDB_OK, CL_RECORDS_…); `path` is its key's hash, or
// the place and zeros where it stands at another's or nothing is checked. Behind a bad
// layout nothing can be read: `record` is NULL then.
void cl_records_walk(const uint8_t *chain, size_t length, uint64_t place, int check,
                     void (*visit)(void *context, int code, const uint8_t path[32],
                                   const cl_record *record),
                     void *context);

// Writes in one transaction, best by ascending path.
typedef struct cl_records_writer cl_records_writer;
int cl_records_writer_new(cl_lmdb_txn *txn, uint32_t database, cl_records_writer **out);
// Before the transaction ends.
void cl_records_writer_free(cl_records_writer *writer);
// Says that the records at these paths, 32 bytes each, are written next: what LMDB looks at to
// find their places is fetched for all of them side by side.
void cl_records_writer_expect(const cl_records_writer *writer, const uint8_t *paths,
                              size_t count);
// Puts a record in its place, or over what the key had. Lengths are 1 to their bounds, or it
// is CL_RECORDS_BAD_LENGTH.
// `append` not 0 promises that its path is above all others.
int cl_records_put(cl_records_writer *writer, const uint8_t path[32],
                   const uint8_t leaf_hash[32], const uint8_t *key, size_t key_length,
                   const uint8_t *value, size_t value_length, int append);
// CL_LMDB_NOT_FOUND when there is none.
int cl_records_delete(cl_records_writer *writer, const uint8_t path[32]);

// What an execution reads, in one read transaction, with the leaves beside each record: so
// that the root need not seek them again. One thread at a time reads.
typedef struct cl_records_reads cl_records_reads;
// For a tree of this depth.
int cl_records_reads_new(cl_lmdb *env, uint32_t database, unsigned depth,
                         cl_records_reads **out);
void cl_records_reads_free(cl_records_reads *reads);
// Says that records at these paths, 32 bytes each, are read next: what the reads look at is
// fetched for all of them side by side.
void cl_records_reads_expect(const cl_records_reads *reads, const uint8_t *paths, size_t count);
// cl_records_get, with the key always given.
int cl_records_reads_get(cl_records_reads *reads, const uint8_t path[32], const uint8_t *key,
                         size_t key_length, cl_record *out);
// The same of many records, sought side by side. `paths` has 32 bytes for each; the keys lie one
// behind the other, and key_ends says where each ends. Where there is no record, the value of
// its out is NULL. When the code is not CL_LMDB_OK, *failed is the record that it is about.
int cl_records_reads_get_all(cl_records_reads *reads, const uint8_t *paths, const uint8_t *keys,
                             const uint32_t *key_ends, size_t count, cl_record *out,
                             size_t *failed);

// The leaves of buckets, for cl_state_tree.h: `context` of cl_records_leaves is one of
// these. Every key whose path is asked for is hashed and has to stand in its place. Safe
// from several threads, each in a read transaction of its own (unless one is given);
// flushes in between are the caller's part.
typedef struct {
  cl_lmdb *env;
  uint32_t database;
  // Read through this one, on its thread alone; NULL: in transactions of its own.
  cl_lmdb_txn *txn;
  // Buckets found in here are not sought; may be NULL. Nobody reads through it meanwhile.
  const cl_records_reads *reads;
  // Whether values are hashed, too, and leaf hashes compared. Records that are damaged are
  // given to `damaged`, under a lock; and their leaves are given out as they should be.
  int check_values;
  void (*damaged)(void *context, int code, const uint8_t path[32]);
  void *damaged_context;
  // The first fault that ended a read: its code, and the path where it is damage.
  int code;
  uint8_t path[32];
} cl_records_source;

int cl_records_leaves(void *context, unsigned depth, const uint32_t *buckets, size_t count,
                      const cl_state_wanted *wanted, cl_state_leaves *leaves,
                      uint32_t *starts);

#endif
