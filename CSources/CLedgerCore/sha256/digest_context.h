#ifndef CL_DIGEST_CONTEXT_H
#define CL_DIGEST_CONTEXT_H

#include <openssl/evp.h>

// The calling thread's digest contexts. Each is made at first use, kept for the
// thread's life and freed at its exit. The caller finishes with one before
// asking for it again.

// This thread's SHA-256 context, initialised for a new message.
EVP_MD_CTX *cl_thread_sha256(void);

// This thread's SHA-512 context, initialised for a new message.
EVP_MD_CTX *cl_thread_sha512(void);

// A new SHA-256 context of the caller's own, initialised.
EVP_MD_CTX *cl_new_sha256(void);

// Starts `context` anew with the digest it was made for.
void cl_digest_restart(EVP_MD_CTX *context);

void cl_digest_update(EVP_MD_CTX *context, const void *data, size_t length);

// Writes the digest; `context` needs a restart before it is used again.
void cl_digest_final(EVP_MD_CTX *context, unsigned char *out);

#endif
