#include "cl_digest.h"

#include <openssl/evp.h>
#include <string.h>

static const char *const names[] = {
    [CL_DIGEST_SHA512] = "SHA2-512",           [CL_DIGEST_SHA512_256] = "SHA2-512/256",
    [CL_DIGEST_RIPEMD160] = "RIPEMD-160",      [CL_DIGEST_BLAKE2B_512] = "BLAKE2B-512",
    [CL_DIGEST_BLAKE2S_256] = "BLAKE2S-256",   [CL_DIGEST_KECCAK256] = "KECCAK-256",
};

int cl_digest(cl_digest_algorithm algorithm, const uint8_t *data, size_t length, uint8_t *out,
              size_t *out_length) {
  memset(out, 0, CL_DIGEST_BYTES_MAX);
  *out_length = 0;
  if ((size_t)algorithm >= sizeof names / sizeof *names) return CL_DIGEST_UNAVAILABLE;
  EVP_MD *digest = EVP_MD_fetch(NULL, names[algorithm], NULL);
  if (digest == NULL) return CL_DIGEST_UNAVAILABLE;
  unsigned int written = 0;
  int done = EVP_Digest(data, length, out, &written, digest, NULL);
  EVP_MD_free(digest);
  if (done != 1 || written > CL_DIGEST_BYTES_MAX) return CL_DIGEST_UNAVAILABLE;
  *out_length = written;
  return CL_DIGEST_OK;
}
