#include <string.h>

#include "digest_context.h"
#include "engine.h"

// libcrypto, one message after the other: on any processor.

static void hash(const uint8_t *prefix, size_t prefix_length, const uint8_t *data,
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
    memcpy(node + 1, pairs + 64 * i, 64);
    hash(NULL, 0, node, sizeof node, out + 32 * i);
  }
}

static void messages(const uint8_t *prefix, size_t prefix_length, const uint8_t *base,
                     const cl_sha256_range *ranges, size_t count, uint8_t *out) {
  for (size_t i = 0; i < count; i++) {
    const uint8_t *data = ranges[i].length == 0 ? NULL : base + ranges[i].offset;
    hash(prefix, prefix_length, data, ranges[i].length, out + 32 * i);
  }
}

static int is_supported(void) { return 1; }

const cl_sha256_engine cl_sha256_evp = {{"evp", is_supported}, hash, level, messages};
