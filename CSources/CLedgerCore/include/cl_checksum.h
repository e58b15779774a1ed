#ifndef CL_CHECKSUM_H
#define CL_CHECKSUM_H

// The checksum of files whose content strangers choose: GMAC (NIST SP 800-38D) with AES-128, by
// libcrypto. Under a key that nobody knows beforehand no content can be made so that a change to
// it goes unnoticed, which no CRC can promise; a flipped bit never does, whatever the key.
//
// Not a proof of authorship: key and checksum stand in the same file.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CL_CHECKSUM_KEY_BYTES 16
#define CL_CHECKSUM_NONCE_BYTES 12
#define CL_CHECKSUM_BYTES 16

typedef struct cl_checksum cl_checksum;

// Begins a checksum under a key and a nonce that says what is summed. Ended by cl_checksum_finish.
// Stops the process when libcrypto has no AES-128-GCM. Thread safe; one checksum is used by one
// thread at a time.
cl_checksum *cl_checksum_begin(const uint8_t *key, const uint8_t *nonce);

// Adds bytes. How they are divided over calls does not matter.
void cl_checksum_add(cl_checksum *sum, const uint8_t *bytes, size_t length);

// Writes the checksum of all that was added to out[CL_CHECKSUM_BYTES], and frees it.
void cl_checksum_finish(cl_checksum *sum, uint8_t *out);

#ifdef __cplusplus
}
#endif

#endif
