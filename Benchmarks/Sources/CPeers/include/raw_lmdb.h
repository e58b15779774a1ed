#ifndef PEERS_RAW_LMDB_H
#define PEERS_RAW_LMDB_H

#include <stddef.h>
#include <stdint.h>

#include "team.h"

// The floor under the state: the same records in LMDB as anybody would put them there. Keys are the
// records' paths (32 bytes), values their values (100 bytes), nothing is hashed, and every commit
// is synced, which is LMDB's default.
//
// Codes: 0, or an LMDB or system error, which peers_lmdb_text says in words.

typedef struct peers_lmdb peers_lmdb;

const char *peers_lmdb_text(int code);

// Opens a folder that exists, for at most `map_bytes`.
int peers_lmdb_open(const char *folder, size_t map_bytes, peers_lmdb **out);
void peers_lmdb_close(peers_lmdb *db);

// Appends records, ascending by path; all that was appended is committed by peers_lmdb_load_end.
int peers_lmdb_load(peers_lmdb *db, const uint8_t *paths, const uint8_t *values, size_t count);
// The same of one record with a value of any length.
int peers_lmdb_append(peers_lmdb *db, const uint8_t path[32], const uint8_t *value,
                      size_t value_length);
int peers_lmdb_load_end(peers_lmdb *db);

// Looks up every path by mdb_get, in one read transaction. `*sum` is that of the values' first
// bytes. MDB_NOTFOUND when a path is not there.
int peers_lmdb_read(peers_lmdb *db, const uint8_t *paths, size_t count, uint64_t *sum);

// The same of paths that need not all be there.
int peers_lmdb_look(peers_lmdb *db, const uint8_t *paths, size_t count, uint64_t *sum);

// Hashes every record (path and value) by libcrypto's SHA-256, one after the other. `*count` is how
// many there are.
int peers_lmdb_hash(peers_lmdb *db, size_t *count);

// Seeks every path, ascending, half of them on each thread, with a transaction and a cursor each.
int peers_lmdb_seek(peers_lmdb *db, peers_team *team, const uint8_t *paths, size_t count,
                    uint64_t *sum);

// Puts records, ascending by path, and commits.
int peers_lmdb_flush(peers_lmdb *db, const uint8_t *paths, const uint8_t *values, size_t count);

// How many inner nodes of the state's tree have one of these leaves (ascending, all there) below
// them: all that a new root needs hashed when the leaves change. An inner node is one with two
// leaves or more below it, all on one side of it or not.
int peers_lmdb_inner_nodes(peers_lmdb *db, const uint8_t *paths, size_t count, size_t *nodes);

#endif
