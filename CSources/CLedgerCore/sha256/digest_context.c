#include "digest_context.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

// Fetching an EVP_MD walks the provider store under a lock, and making a
// context allocates: both cost more than hashing a short message. So each
// digest is fetched once per process, and each thread keeps its contexts.

typedef struct {
  EVP_MD_CTX *sha256;
  EVP_MD_CTX *sha512;
} thread_contexts;

static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;
static pthread_key_t exit_key;
static EVP_MD *sha256_digest;
static EVP_MD *sha512_digest;
static __thread thread_contexts *contexts;

static _Noreturn void stop(const char *what) {
  fprintf(stderr, "libcrypto failed at %s; hashing is impossible, stopping\n", what);
  abort();
}

static void free_contexts(void *value) {
  thread_contexts *own = value;
  EVP_MD_CTX_free(own->sha256);
  EVP_MD_CTX_free(own->sha512);
  free(own);
  contexts = NULL;  // another destructor may hash after this one
}

static void fetch(void) {
  sha256_digest = EVP_MD_fetch(NULL, "SHA2-256", NULL);
  sha512_digest = EVP_MD_fetch(NULL, "SHA2-512", NULL);
  if (sha256_digest == NULL || sha512_digest == NULL) stop("EVP_MD_fetch");
  if (pthread_key_create(&exit_key, free_contexts) != 0) stop("pthread_key_create");
}

static EVP_MD_CTX *new_context(const EVP_MD *digest) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context == NULL || EVP_DigestInit_ex2(context, digest, NULL) != 1) stop("EVP_DigestInit");
  return context;
}

static thread_contexts *make_contexts(void) {
  pthread_once(&fetch_once, fetch);
  thread_contexts *own = calloc(1, sizeof *own);
  if (own == NULL || pthread_setspecific(exit_key, own) != 0) stop("thread contexts");
  own->sha256 = new_context(sha256_digest);
  own->sha512 = new_context(sha512_digest);
  contexts = own;
  return own;
}

void cl_digest_restart(EVP_MD_CTX *context) {
  if (EVP_DigestInit_ex2(context, NULL, NULL) != 1) stop("EVP_DigestInit");
}

EVP_MD_CTX *cl_thread_sha256(void) {
  thread_contexts *own = contexts != NULL ? contexts : make_contexts();
  cl_digest_restart(own->sha256);
  return own->sha256;
}

EVP_MD_CTX *cl_thread_sha512(void) {
  thread_contexts *own = contexts != NULL ? contexts : make_contexts();
  cl_digest_restart(own->sha512);
  return own->sha512;
}

EVP_MD_CTX *cl_new_sha256(void) {
  pthread_once(&fetch_once, fetch);
  return new_context(sha256_digest);
}

void cl_digest_update(EVP_MD_CTX *context, const void *data, size_t length) {
  if (length != 0 && EVP_DigestUpdate(context, data, length) != 1) stop("EVP_DigestUpdate");
}

void cl_digest_final(EVP_MD_CTX *context, unsigned char *out) {
  if (EVP_DigestFinal_ex(context, out, NULL) != 1) stop("EVP_DigestFinal");
}
