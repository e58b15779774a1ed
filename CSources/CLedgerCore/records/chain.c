#include "chain.h"

#include <string.h>

#include "cl_sha256.h"

#define HEAD_BYTES 34
#define FOLLOWED 0x8000u

uint64_t record_place(const uint8_t path[32]) {
  uint64_t place;
  memcpy(&place, path, 8);
  return __builtin_bswap64(place);
}

void record_place_path(uint64_t place, uint8_t out[32]) {
  memset(out, 0, 32);
  place = __builtin_bswap64(place);
  memcpy(out, &place, sizeof place);
}

record_chain record_chain_of(const void *bytes, size_t length) {
  return (record_chain){bytes, (const uint8_t *)bytes + length, 0};
}

int record_chain_next(record_chain *chain, cl_record *out) {
  size_t left = (size_t)(chain->end - chain->at);
  if (left == 0 && chain->seen > 0) return CL_LMDB_NOT_FOUND;
  if (left < HEAD_BYTES || chain->seen == CL_RECORDS_CHAIN_MAX) return CL_RECORDS_BAD_LAYOUT;
  const unsigned lengths = chain->at[32] | (unsigned)chain->at[33] << 8;
  const int is_followed = (lengths & FOLLOWED) != 0;
  out->leaf_hash = chain->at;
  out->key_length = lengths & ~FOLLOWED;
  out->key = chain->at + HEAD_BYTES;
  left -= HEAD_BYTES;
  if (is_followed) {
    uint32_t value_length;
    if (left < sizeof value_length) return CL_RECORDS_BAD_LAYOUT;
    memcpy(&value_length, out->key, sizeof value_length);
    out->value_length = value_length;
    out->key += sizeof value_length;
    left -= sizeof value_length;
  }
  if (out->key_length == 0 || out->key_length > CL_RECORDS_KEY_BYTES_MAX ||
      left <= out->key_length) {
    return CL_RECORDS_BAD_LAYOUT;
  }
  out->value = out->key + out->key_length;
  left -= out->key_length;
  if (!is_followed) out->value_length = left;
  if (out->value_length == 0 || out->value_length > CL_RECORDS_VALUE_BYTES_MAX ||
      (is_followed && out->value_length >= left)) {
    return CL_RECORDS_BAD_LAYOUT;
  }
  chain->at = out->value + out->value_length;
  chain->seen++;
  return CL_LMDB_OK;
}

size_t record_length(size_t key_length, size_t value_length, int is_followed) {
  return HEAD_BYTES + (is_followed ? sizeof(uint32_t) : 0) + key_length + value_length;
}

uint8_t *record_write(uint8_t *out, const cl_record *record, int is_followed) {
  const unsigned lengths = (unsigned)record->key_length | (is_followed ? FOLLOWED : 0);
  memcpy(out, record->leaf_hash, 32);
  out[32] = (uint8_t)lengths;
  out[33] = (uint8_t)(lengths >> 8);
  out += HEAD_BYTES;
  if (is_followed) {
    const uint32_t value_length = (uint32_t)record->value_length;
    memcpy(out, &value_length, sizeof value_length);
    out += sizeof value_length;
  }
  memcpy(out, record->key, record->key_length);
  memcpy(out + record->key_length, record->value, record->value_length);
  return out + record->key_length + record->value_length;
}

void record_leaf_hash(const uint8_t path[32], const cl_record *record, uint8_t out[32]) {
  uint8_t pair[64];
  memcpy(pair, path, 32);
  cl_sha256(record->value, record->value_length, pair + 32);
  cl_sha256_leaf_level(pair, 1, out);
}

int record_check(uint64_t place, const uint8_t path[32], const cl_record *record) {
  if (record_place(path) != place) return CL_RECORDS_WRONG_PATH;
  uint8_t leaf_hash[32];
  record_leaf_hash(path, record, leaf_hash);
  return memcmp(leaf_hash, record->leaf_hash, 32) == 0 ? CL_LMDB_OK : CL_RECORDS_BAD_LEAF_HASH;
}

void cl_records_walk(const uint8_t *chain, size_t length, uint64_t place, int check,
                     void (*visit)(void *context, int code, const uint8_t path[32],
                                   const cl_record *record),
                     void *context) {
  record_chain rest = record_chain_of(chain, length);
  uint8_t path[32];
  cl_record record;
  int code;
  while ((code = record_chain_next(&rest, &record)) == CL_LMDB_OK) {
    if (check) {
      cl_sha256(record.key, record.key_length, path);
      code = record_check(place, path, &record);
    }
    // Damage is where the record stands, not where its key says.
    if (!check || code == CL_RECORDS_WRONG_PATH) record_place_path(place, path);
    visit(context, code, path, &record);
  }
  if (code == CL_LMDB_NOT_FOUND) return;
  record_place_path(place, path);
  visit(context, code, path, NULL);
}
