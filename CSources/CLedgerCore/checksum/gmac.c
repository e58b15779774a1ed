#include "cl_checksum.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

// GMAC is GCM of an empty text: everything summed is "additional data", and the tag is the sum.
// cl_checksum is libcrypto's context under a name of our own.

static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;
static EVP_CIPHER *cipher;

static _Noreturn void stop(const char *what) {
  fprintf(stderr, "libcrypto failed at %s; checksums are impossible, stopping\n", what);
  abort();
}

static void fetch(void) {
  cipher = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
  if (cipher == NULL) stop("EVP_CIPHER_fetch");
}

cl_checksum *cl_checksum_begin(const uint8_t *key, const uint8_t *nonce) {
  pthread_once(&fetch_once, fetch);
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  if (context == NULL || EVP_EncryptInit_ex2(context, cipher, key, nonce, NULL) != 1)
    stop("EVP_EncryptInit");
  return (cl_checksum *)context;
}

void cl_checksum_add(cl_checksum *sum, const uint8_t *bytes, size_t length) {
  EVP_CIPHER_CTX *context = (EVP_CIPHER_CTX *)sum;
  // libcrypto takes lengths as int.
  static const size_t piece_max = 1 << 30;
  while (length > 0) {
    size_t piece = length < piece_max ? length : piece_max;
    int out;
    if (EVP_EncryptUpdate(context, NULL, &out, bytes, (int)piece) != 1) stop("EVP_EncryptUpdate");
    bytes += piece;
    length -= piece;
  }
}

void cl_checksum_finish(cl_checksum *sum, uint8_t *out) {
  EVP_CIPHER_CTX *context = (EVP_CIPHER_CTX *)sum;
  unsigned char none[16];
  int length;
  if (EVP_EncryptFinal_ex(context, none, &length) != 1) stop("EVP_EncryptFinal");
  if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, CL_CHECKSUM_BYTES, out) != 1)
    stop("EVP_CTRL_AEAD_GET_TAG");
  EVP_CIPHER_CTX_free(context);
}
