#ifndef CL_KEYFILE_H
#define CL_KEYFILE_H

// Ed25519 key files as text: PKCS#8 PEM (RFC 5958, RFC 8410), encrypted with PBES2: AES-256-CBC
// under a key from scrypt (RFC 8018, RFC 7914). `openssl pkey -in FILE` opens them.
//
// Works on buffers; files are the caller's. Secrets this code copied are wiped before it returns;
// the caller wipes the seed and the passphrase it holds (`cl_keyfile_wipe`).
// Thread safe: calls share nothing. Nothing here aborts or asks anyone for a passphrase.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CL_KEYFILE_SEED_BYTES 32
// No text made here is longer, and no longer text is accepted.
#define CL_KEYFILE_TEXT_BYTES_MAX 4096
#define CL_KEYFILE_PASSPHRASE_BYTES_MAX 1024

#define CL_KEYFILE_OK 0
#define CL_KEYFILE_ERROR_MEMORY (-1)      // out of memory, or no random salt to be had
#define CL_KEYFILE_ERROR_NOT_A_KEY (-2)   // not a PKCS#8 PEM text, damaged or cut short
#define CL_KEYFILE_ERROR_PASSPHRASE (-3)  // does not open with this passphrase
#define CL_KEYFILE_ERROR_ALGORITHM (-4)   // a private key, but not an Ed25519 one
#define CL_KEYFILE_ERROR_ENCRYPTED (-5)   // encrypted, and no passphrase was given
#define CL_KEYFILE_ERROR_PLAIN (-6)       // not encrypted, and a passphrase was given
#define CL_KEYFILE_ERROR_LENGTH (-7)      // passphrase or text over its bound

// Makes the encrypted text. `passphrase` holds 1 to CL_KEYFILE_PASSPHRASE_BYTES_MAX bytes, used
// as they are. `text` has room for CL_KEYFILE_TEXT_BYTES_MAX bytes; no zero byte is appended.
// Takes about 0.2 s: that is what guessing a passphrase costs.
int cl_keyfile_encrypt(const uint8_t seed[CL_KEYFILE_SEED_BYTES], const uint8_t *passphrase,
                       size_t passphrase_length, uint8_t *text, size_t *length);

// Makes the unencrypted text, for test networks.
int cl_keyfile_encode(
    const uint8_t seed[CL_KEYFILE_SEED_BYTES], uint8_t *text, size_t *length);

// Opens a text made by either of the above, or by `openssl genpkey`. No passphrase: length 0.
int cl_keyfile_decrypt(const uint8_t *text, size_t length, const uint8_t *passphrase,
                       size_t passphrase_length, uint8_t seed[CL_KEYFILE_SEED_BYTES]);

// Overwrites memory in a way the compiler does not remove.
void cl_keyfile_wipe(void *memory, size_t length);

#ifdef __cplusplus
}
#endif

#endif
