#include "cl_sha256.h"
#include "digest_context.h"

void cl_sha256(const uint8_t *data, size_t length, uint8_t *out) {
  EVP_MD_CTX *context = cl_thread_sha256();
  cl_digest_update(context, data, length);
  cl_digest_final(context, out);
}

void cl_sha256_2(const uint8_t *prefix, size_t prefix_length, const uint8_t *data,
                 size_t length, uint8_t *out) {
  EVP_MD_CTX *context = cl_thread_sha256();
  cl_digest_update(context, prefix, prefix_length);
  cl_digest_update(context, data, length);
  cl_digest_final(context, out);
}

static void level(uint8_t tag, const uint8_t *pairs, size_t count, uint8_t *out) {
  uint8_t node[65];
  node[0] = tag;
  for (size_t i = 0; i < count; i++) {
    __builtin_memcpy(node + 1, pairs + 64 * i, 64);
    cl_sha256(node, sizeof node, out + 32 * i);
  }
}

void cl_sha256_inner_level(const uint8_t *pairs, size_t count, uint8_t *out) {
  level(0x01, pairs, count, out);
}

void cl_sha256_leaf_level(const uint8_t *pairs, size_t count, uint8_t *out) {
  level(0x00, pairs, count, out);
}

void cl_sha256_data_leaves(const uint8_t *base, const cl_sha256_range *ranges, size_t count,
                           uint8_t *out) {
  const uint8_t tag = 0x00;
  for (size_t i = 0; i < count; i++) {
    const uint8_t *data = ranges[i].length == 0 ? NULL : base + ranges[i].offset;
    cl_sha256_2(&tag, 1, data, ranges[i].length, out + 32 * i);
  }
}

// The opaque stream is an EVP_MD_CTX under another name.

cl_sha256_stream *cl_sha256_stream_new(void) { return (cl_sha256_stream *)cl_new_sha256(); }

void cl_sha256_stream_update(cl_sha256_stream *stream, const uint8_t *data, size_t length) {
  cl_digest_update((EVP_MD_CTX *)stream, data, length);
}

void cl_sha256_stream_final(cl_sha256_stream *stream, uint8_t *out) {
  cl_digest_final((EVP_MD_CTX *)stream, out);
  cl_digest_restart((EVP_MD_CTX *)stream);
}

void cl_sha256_stream_free(cl_sha256_stream *stream) {
  EVP_MD_CTX_free((EVP_MD_CTX *)stream);
}
