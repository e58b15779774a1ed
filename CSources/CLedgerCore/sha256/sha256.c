#include "engine.h"

void cl_sha256(const uint8_t *data, size_t length, uint8_t *out) {
  cl_choose_sha256()->hash(NULL, 0, data, length, out);
}

void cl_sha256_2(const uint8_t *prefix, size_t prefix_length, const uint8_t *data,
                 size_t length, uint8_t *out) {
  cl_choose_sha256()->hash(prefix, prefix_length, data, length, out);
}

void cl_sha256_inner_level(const uint8_t *pairs, size_t count, uint8_t *out) {
  cl_choose_sha256()->level(0x01, pairs, count, out);
}

void cl_sha256_leaf_level(const uint8_t *pairs, size_t count, uint8_t *out) {
  cl_choose_sha256()->level(0x00, pairs, count, out);
}

void cl_sha256_messages(const uint8_t *prefix, size_t prefix_length, const uint8_t *base,
                        const cl_sha256_range *ranges, size_t count, uint8_t *out) {
  cl_choose_sha256()->messages(prefix, prefix_length, base, ranges, count, out);
}

void cl_sha256_data_leaves(const uint8_t *base, const cl_sha256_range *ranges, size_t count,
                           uint8_t *out) {
  const uint8_t tag = 0x00;
  cl_sha256_messages(&tag, 1, base, ranges, count, out);
}

void cl_sha256_by(const cl_sha256_engine *engine, const uint8_t *prefix, size_t prefix_length,
                  const uint8_t *data, size_t length, uint8_t *out) {
  engine->hash(prefix, prefix_length, data, length, out);
}

void cl_sha256_level_by(const cl_sha256_engine *engine, uint8_t tag, const uint8_t *pairs,
                        size_t count, uint8_t *out) {
  engine->level(tag, pairs, count, out);
}

void cl_sha256_messages_by(const cl_sha256_engine *engine, const uint8_t *prefix,
                           size_t prefix_length, const uint8_t *base,
                           const cl_sha256_range *ranges, size_t count, uint8_t *out) {
  engine->messages(prefix, prefix_length, base, ranges, count, out);
}
