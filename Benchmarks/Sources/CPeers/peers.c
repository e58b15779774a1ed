#define _GNU_SOURCE
#include "peers.h"

#include <linux/perf_event.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <sched.h>
#include <sodium.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

int peers_start(void) { return sodium_init() < 0 ? -1 : 0; }

const char *peers_sodium_version(void) { return sodium_version_string(); }

const char *peers_openssl_version(void) { return OpenSSL_version(OPENSSL_VERSION); }

size_t peers_sodium_verify(const uint8_t *messages, size_t length, const uint8_t *signatures,
                           const uint8_t *keys, size_t count) {
  size_t valid = 0;
  for (size_t i = 0; i < count; i++) {
    valid += crypto_sign_verify_detached(signatures + 64 * i, messages + length * i, length,
                                         keys + 32 * i) == 0;
  }
  return valid;
}

void peers_sha256_one_shot(const uint8_t *data, size_t length, size_t count, uint8_t *out) {
  for (size_t i = 0; i < count; i++) SHA256(data + length * i, length, out + 32 * i);
}

static cpu_set_t allowed;
static bool is_known;

int peers_bind_to_core(int n) {
  if (!is_known && sched_getaffinity(0, sizeof allowed, &allowed) != 0) return -1;
  is_known = true;
  int seen = 0;
  for (int core = 0; core < CPU_SETSIZE; core++) {
    if (!CPU_ISSET(core, &allowed) || seen++ != n) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0) return -1;
  }
  return seen;
}

void peers_unbind(void) {
  if (is_known) sched_setaffinity(0, sizeof allowed, &allowed);
}

int peers_count_instructions(void) {
  struct perf_event_attr attributes = {
      .type = PERF_TYPE_HARDWARE,
      .size = sizeof attributes,
      .config = PERF_COUNT_HW_INSTRUCTIONS,
      .exclude_kernel = 1,
      .exclude_hv = 1,
  };
  return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

uint64_t peers_instructions(int counter) {
  uint64_t count;
  return read(counter, &count, sizeof count) == sizeof count ? count : 0;
}
