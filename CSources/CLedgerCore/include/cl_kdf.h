#ifndef CL_KDF_H
#define CL_KDF_H

// HMAC-SHA512 (RFC 2104, FIPS 198-1) and PBKDF2 over it (RFC 8018 §5.2), by the system's OpenSSL.
//
// What wallets derive keys with: BIP-39 seeds and SLIP-0010 children. Works on buffers; a pointer
// may be NULL when its length is 0; `out` overlaps no input. Nothing is kept between calls; the
// caller wipes what it holds. Thread safe.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CL_KDF_HMAC_SHA512_BYTES 64
// No longer key, salt, message or output is accepted.
#define CL_KDF_BYTES_MAX 65536
#define CL_KDF_ROUNDS_MAX 10000000

#define CL_KDF_OK 0
#define CL_KDF_ERROR_MEMORY (-1)  // out of memory, or the library has no SHA-512
#define CL_KDF_ERROR_LENGTH (-2)  // a length or the rounds are out of range

// The 64-byte HMAC-SHA512 of message[0 ..< message_length]. On an error `out` is all zero.
int cl_kdf_hmac_sha512(const uint8_t *key, size_t key_length, const uint8_t *message,
                       size_t message_length, uint8_t out[CL_KDF_HMAC_SHA512_BYTES]);

// PBKDF2-HMAC-SHA512: fills out[0 ..< out_length], with 1 … CL_KDF_ROUNDS_MAX rounds (2,048 take
// about 2 ms). On an error `out` is all zero.
int cl_kdf_pbkdf2_sha512(const uint8_t *password, size_t password_length, const uint8_t *salt,
                         size_t salt_length, uint32_t rounds, uint8_t *out, size_t out_length);

// Overwrites memory in a way the compiler does not remove.
void cl_kdf_wipe(void *memory, size_t length);

#ifdef __cplusplus
}
#endif

#endif
