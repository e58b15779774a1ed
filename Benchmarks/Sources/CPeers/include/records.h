#ifndef PEERS_RECORDS_H
#define PEERS_RECORDS_H

#include <stddef.h>
#include <stdint.h>

#include "team.h"

// The records that state is measured with: functions of an index, so that nothing has to be kept
// to know what a store must hold. A record has a key of 32 bytes, a path (SHA-256 of the key) and a
// value of 100 bytes, which changes with its generation.

#define PEERS_KEY_BYTES 32
#define PEERS_VALUE_BYTES 100

// out[32] = the raw key of a record; no two indices have the same.
void peers_record_key(uint32_t index, uint8_t *out);

// out[100] = its value in a generation; another one in the next.
void peers_record_value(uint32_t index, uint8_t generation, uint8_t *out);

// out[32·i ..] = the path of record indices[i].
void peers_record_paths(const uint32_t *indices, size_t count, uint8_t *out);

// order[0 ..< count] = all indices below `count` in the order of their paths. 0, or -1 when there
// is no memory for it.
int peers_record_order(peers_team *team, uint32_t count, uint32_t *order);

// out[32] = the root of the ICS-23 `SmtSpec` tree over all records, recomputed record by record
// with libcrypto alone: no code of the ledger's. `order` is that of all `count` indices, and record
// order[i] is in generations[i].
void peers_record_root(peers_team *team, const uint32_t *order, const uint8_t *generations,
                       size_t count, uint8_t *out);

#endif
