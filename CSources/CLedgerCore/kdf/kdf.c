#include "cl_kdf.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

// The library takes no NULL, not even for nothing.
static const uint8_t nothing[1] = {0};

void cl_kdf_wipe(void *memory, size_t length) { OPENSSL_cleanse(memory, length); }

int cl_kdf_hmac_sha512(const uint8_t *key, size_t key_length, const uint8_t *message,
                       size_t message_length, uint8_t out[CL_KDF_HMAC_SHA512_BYTES]) {
  memset(out, 0, CL_KDF_HMAC_SHA512_BYTES);
  if (key_length > CL_KDF_BYTES_MAX || message_length > CL_KDF_BYTES_MAX)
    return CL_KDF_ERROR_LENGTH;
  size_t made = 0;
  const unsigned char *done =
      EVP_Q_mac(NULL, "HMAC", NULL, "SHA512", NULL, key ? key : nothing, key_length,
                message ? message : nothing, message_length, out, CL_KDF_HMAC_SHA512_BYTES, &made);
  if (done && made == CL_KDF_HMAC_SHA512_BYTES) return CL_KDF_OK;
  ERR_clear_error();
  OPENSSL_cleanse(out, CL_KDF_HMAC_SHA512_BYTES);
  return CL_KDF_ERROR_MEMORY;
}

int cl_kdf_pbkdf2_sha512(const uint8_t *password, size_t password_length, const uint8_t *salt,
                         size_t salt_length, uint32_t rounds, uint8_t *out, size_t out_length) {
  if (out_length == 0 || out_length > CL_KDF_BYTES_MAX) return CL_KDF_ERROR_LENGTH;
  memset(out, 0, out_length);
  if (password_length > CL_KDF_BYTES_MAX || salt_length > CL_KDF_BYTES_MAX || rounds == 0 ||
      rounds > CL_KDF_ROUNDS_MAX)
    return CL_KDF_ERROR_LENGTH;
  int made = PKCS5_PBKDF2_HMAC((const char *)(password ? password : nothing), (int)password_length,
                               salt ? salt : nothing, (int)salt_length, (int)rounds, EVP_sha512(),
                               (int)out_length, out);
  if (made == 1) return CL_KDF_OK;
  ERR_clear_error();
  OPENSSL_cleanse(out, out_length);
  return CL_KDF_ERROR_MEMORY;
}
