#ifndef PEERS_H
#define PEERS_H

#include <stddef.h>
#include <stdint.h>

// What our engines are measured against: the libraries that everybody uses, called the way everybody
// calls them.

// Makes libsodium ready; 0, or -1.
int peers_start(void);

// libsodium's own version, such as "1.0.18".
const char *peers_sodium_version(void);

// libcrypto's own name and version.
const char *peers_openssl_version(void);

// How many of `count` signatures hold by crypto_sign_verify_detached, one by one. Message i is
// messages[i·length ..< +length], signature i 64 bytes, key i 32 bytes.
size_t peers_sodium_verify(const uint8_t *messages, size_t length, const uint8_t *signatures,
                           const uint8_t *keys, size_t count);

// out[32·i ..] = SHA256() of data[length·i ..< +length], one one-shot call each.
void peers_sha256_one_shot(const uint8_t *data, size_t length, size_t count, uint8_t *out);

// Binds the calling thread to the n-th of the cores it may use, so that a run does not wander.
// The number of cores there are, or -1.
int peers_bind_to_core(int n);

// Lets the thread run on every core again.
void peers_unbind(void);

// Opens a counter of the instructions that the calling thread executes in user mode. A descriptor,
// or -1 where the machine has no such counter (most virtual ones) or does not let us.
int peers_count_instructions(void);

// What it has counted since; 0 when it cannot be read.
uint64_t peers_instructions(int counter);

#endif
