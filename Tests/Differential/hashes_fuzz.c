// libFuzzer target: `make fuzz`. Messages, tree levels and challenges cut from the input, hashed
// many at a time by every engine, are what libsodium makes of the same bytes one by one.

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cl_sha256.h"
#include "cl_sha512.h"

#define COUNT_MAX 80
#define PREFIX_MAX 70

static const char *const names256[] = {"evp", "avx2", "shani", "avx512"};
static const char *const names512[] = {"evp", "avx2", "avx512"};

static void fail(const char *what, const char *name, size_t index) {
  fprintf(stderr, "%s differs on %s %zu\n", name, what, index);
  abort();
}

static void compare(const char *what, const char *name, const uint8_t *digests,
                    const uint8_t *expected, size_t length, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (memcmp(digests + length * i, expected + length * i, length) != 0) fail(what, name, i);
  }
}

// Up to COUNT_MAX ranges of the data, at least `least` long; each is written by four bytes of it.
static size_t cut(const uint8_t *data, size_t size, size_t least, cl_sha256_range *ranges) {
  if (size < least) return 0;
  size_t count = 0;
  for (size_t at = 0; count < COUNT_MAX && at + 4 <= size; at += 4) {
    const size_t offset = (data[at] | (size_t)data[at + 1] << 8) % (size - least + 1);
    const size_t more = (data[at + 2] | (size_t)data[at + 3] << 8) % (size - least - offset + 1);
    ranges[count++] = (cl_sha256_range){(uint32_t)offset, (uint32_t)(least + more)};
  }
  return count;
}

static void messages(const uint8_t *data, size_t size, size_t prefix_length) {
  cl_sha256_range ranges[COUNT_MAX];
  static uint8_t expected[32 * COUNT_MAX], digests[32 * COUNT_MAX];
  const size_t count = cut(data, size, 0, ranges);
  for (size_t i = 0; i < count; i++) {
    crypto_hash_sha256_state context;
    crypto_hash_sha256_init(&context);
    crypto_hash_sha256_update(&context, data, prefix_length);
    crypto_hash_sha256_update(&context, data + ranges[i].offset, ranges[i].length);
    crypto_hash_sha256_final(&context, expected + 32 * i);
  }
  for (size_t e = 0; e < sizeof names256 / sizeof *names256; e++) {
    const cl_sha256_engine *const engine = cl_sha256_engine_named(names256[e]);
    if (engine == NULL) continue;
    cl_sha256_messages_by(engine, data, prefix_length, data, ranges, count, digests);
    compare("message", names256[e], digests, expected, 32, count);
    if (count == 0) continue;
    cl_sha256_by(engine, data, prefix_length, data + ranges[0].offset, ranges[0].length, digests);
    compare("message alone", names256[e], digests, expected, 32, 1);
  }
}

static void level(const uint8_t *data, size_t size, uint8_t tag) {
  static uint8_t pairs[64 * COUNT_MAX], expected[32 * COUNT_MAX], digests[32 * COUNT_MAX];
  const size_t count = size / 64 < COUNT_MAX ? size / 64 : COUNT_MAX;
  for (size_t i = 0; i < count; i++) {
    crypto_hash_sha256_state context;
    crypto_hash_sha256_init(&context);
    crypto_hash_sha256_update(&context, &tag, 1);
    crypto_hash_sha256_update(&context, data + 64 * i, 64);
    crypto_hash_sha256_final(&context, expected + 32 * i);
  }
  for (size_t e = 0; e < sizeof names256 / sizeof *names256; e++) {
    const cl_sha256_engine *const engine = cl_sha256_engine_named(names256[e]);
    if (engine == NULL) continue;
    cl_sha256_level_by(engine, tag, data, count, digests);
    compare("node", names256[e], digests, expected, 32, count);
    // In place.
    memcpy(pairs, data, 64 * count);
    cl_sha256_level_by(engine, tag, pairs, count, pairs);
    compare("node in place", names256[e], pairs, expected, 32, count);
  }
}

static void challenges(const uint8_t *data, size_t size, size_t prefix_length) {
  cl_sha256_range ranges[COUNT_MAX];
  static uint8_t expected[64 * COUNT_MAX], digests[64 * COUNT_MAX];
  const size_t count = cut(data, size, 64, ranges);
  for (size_t i = 0; i < count; i++) {
    crypto_hash_sha512(expected + 64 * i, data + ranges[i].offset, ranges[i].length);
  }
  for (size_t e = 0; e < sizeof names512 / sizeof *names512; e++) {
    const cl_sha512_engine *const engine = cl_sha512_engine_named(names512[e]);
    if (engine == NULL) continue;
    if (cl_sha512_messages_by(engine, prefix_length, data, size, ranges, count, digests) != 0) {
      fail("a call", names512[e], 0);
    }
    compare("challenge", names512[e], digests, expected, 64, count);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  const size_t prefix_length = data[0] % PREFIX_MAX;
  messages(data, size, prefix_length < size ? prefix_length : size);
  level(data, size, data[size - 1]);
  challenges(data, size, prefix_length);
  return 0;
}
