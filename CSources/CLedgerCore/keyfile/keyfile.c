#include "cl_keyfile.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>

// scrypt's cost. The library refuses to open a key file whose scrypt needs more than 32 MiB, and
// so does `openssl pkey`: N = 2^15 with r = 8 is over that by a few bytes, therefore N = 2^14 with
// p = 5, the same work as OWASP's first recommendation asks for.
#define SCRYPT_N 16384
#define SCRYPT_R 8
#define SCRYPT_P 5

void cl_keyfile_wipe(void *memory, size_t length) { OPENSSL_cleanse(memory, length); }

static PKCS8_PRIV_KEY_INFO *key_info(const uint8_t *seed) {
  EVP_PKEY *key =
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, CL_KEYFILE_SEED_BYTES);
  PKCS8_PRIV_KEY_INFO *info = key ? EVP_PKEY2PKCS8(key) : NULL;
  EVP_PKEY_free(key);
  return info;
}

// Copies what a memory BIO holds, and wipes it there.
static int take_text(BIO *bio, uint8_t *text, size_t *length) {
  char *bytes = NULL;
  long held = BIO_get_mem_data(bio, &bytes);
  if (held <= 0 || held > CL_KEYFILE_TEXT_BYTES_MAX) return 0;
  memcpy(text, bytes, (size_t)held);
  OPENSSL_cleanse(bytes, (size_t)held);
  *length = (size_t)held;
  return 1;
}

int cl_keyfile_encrypt(const uint8_t seed[CL_KEYFILE_SEED_BYTES], const uint8_t *passphrase,
                       size_t passphrase_length, uint8_t *text, size_t *length) {
  *length = 0;
  if (passphrase_length == 0 || passphrase_length > CL_KEYFILE_PASSPHRASE_BYTES_MAX)
    return CL_KEYFILE_ERROR_LENGTH;
  PKCS8_PRIV_KEY_INFO *info = key_info(seed);
  // Salt and IV are drawn by the library (16 bytes each).
  X509_ALGOR *scheme = PKCS5_pbe2_set_scrypt(
      EVP_aes_256_cbc(), NULL, 16, NULL, SCRYPT_N, SCRYPT_R, SCRYPT_P);
  X509_SIG *sealed = NULL;
  if (info && scheme)
    sealed = PKCS8_set0_pbe((const char *)passphrase, (int)passphrase_length, info, scheme);
  if (!sealed) X509_ALGOR_free(scheme);  // else it belongs to `sealed`
  BIO *bio = BIO_new(BIO_s_mem());
  int made = sealed && bio && PEM_write_bio_PKCS8(bio, sealed) == 1 &&
             take_text(bio, text, length);
  BIO_free(bio);
  X509_SIG_free(sealed);
  PKCS8_PRIV_KEY_INFO_free(info);
  ERR_clear_error();
  return made ? CL_KEYFILE_OK : CL_KEYFILE_ERROR_MEMORY;
}

int cl_keyfile_encode(
    const uint8_t seed[CL_KEYFILE_SEED_BYTES], uint8_t *text, size_t *length) {
  *length = 0;
  PKCS8_PRIV_KEY_INFO *info = key_info(seed);
  BIO *bio = BIO_new(BIO_s_mem());
  int made = info && bio && PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, info) == 1 &&
             take_text(bio, text, length);
  BIO_free(bio);
  PKCS8_PRIV_KEY_INFO_free(info);
  ERR_clear_error();
  return made ? CL_KEYFILE_OK : CL_KEYFILE_ERROR_MEMORY;
}

static int seed_of(const PKCS8_PRIV_KEY_INFO *info, uint8_t *seed) {
  EVP_PKEY *key = EVP_PKCS82PKEY(info);
  size_t length = CL_KEYFILE_SEED_BYTES;
  int outcome = CL_KEYFILE_OK;
  if (!key)
    outcome = CL_KEYFILE_ERROR_NOT_A_KEY;
  else if (EVP_PKEY_get_id(key) != EVP_PKEY_ED25519)
    outcome = CL_KEYFILE_ERROR_ALGORITHM;
  else if (EVP_PKEY_get_raw_private_key(key, seed, &length) != 1 ||
           length != CL_KEYFILE_SEED_BYTES)
    outcome = CL_KEYFILE_ERROR_NOT_A_KEY;
  EVP_PKEY_free(key);
  return outcome;
}

static int open_sealed(const unsigned char *der, long der_length, const uint8_t *passphrase,
                       size_t passphrase_length, uint8_t *seed) {
  const unsigned char *end = der;
  X509_SIG *sealed = d2i_X509_SIG(NULL, &end, der_length);
  if (!sealed || end != der + der_length) {
    X509_SIG_free(sealed);
    return CL_KEYFILE_ERROR_NOT_A_KEY;
  }
  int outcome = CL_KEYFILE_ERROR_ENCRYPTED;
  if (passphrase_length > 0) {
    PKCS8_PRIV_KEY_INFO *info =
        PKCS8_decrypt(sealed, (const char *)passphrase, (int)passphrase_length);
    outcome = info ? seed_of(info, seed) : CL_KEYFILE_ERROR_PASSPHRASE;
    PKCS8_PRIV_KEY_INFO_free(info);
  }
  X509_SIG_free(sealed);
  return outcome;
}

static int open_plain(const unsigned char *der, long der_length, size_t passphrase_length,
                      uint8_t *seed) {
  const unsigned char *end = der;
  PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &end, der_length);
  int outcome = CL_KEYFILE_ERROR_NOT_A_KEY;
  if (info && end == der + der_length)
    outcome = passphrase_length > 0 ? CL_KEYFILE_ERROR_PLAIN : seed_of(info, seed);
  PKCS8_PRIV_KEY_INFO_free(info);
  return outcome;
}

int cl_keyfile_decrypt(const uint8_t *text, size_t length, const uint8_t *passphrase,
                       size_t passphrase_length, uint8_t seed[CL_KEYFILE_SEED_BYTES]) {
  memset(seed, 0, CL_KEYFILE_SEED_BYTES);
  if (length > CL_KEYFILE_TEXT_BYTES_MAX || passphrase_length > CL_KEYFILE_PASSPHRASE_BYTES_MAX)
    return CL_KEYFILE_ERROR_LENGTH;
  BIO *bio = BIO_new_mem_buf(text, (int)length);
  if (!bio) return CL_KEYFILE_ERROR_MEMORY;
  char *name = NULL, *header = NULL;
  unsigned char *der = NULL;
  long der_length = 0;
  int outcome = CL_KEYFILE_ERROR_NOT_A_KEY;
  // Taken apart by hand: the library's readers would ask on the terminal for a passphrase.
  if (PEM_read_bio(bio, &name, &header, &der, &der_length) == 1 && header[0] == 0) {
    if (strcmp(name, PEM_STRING_PKCS8) == 0)
      outcome = open_sealed(der, der_length, passphrase, passphrase_length, seed);
    else if (strcmp(name, PEM_STRING_PKCS8INF) == 0)
      outcome = open_plain(der, der_length, passphrase_length, seed);
    else if (strlen(name) > 11 && strcmp(name + strlen(name) - 11, "PRIVATE KEY") == 0)
      outcome = CL_KEYFILE_ERROR_ALGORITHM;  // "RSA PRIVATE KEY", "EC PRIVATE KEY"
  }
  if (der) OPENSSL_clear_free(der, (size_t)der_length);
  OPENSSL_free(name);
  OPENSSL_free(header);
  BIO_free(bio);
  ERR_clear_error();
  if (outcome != CL_KEYFILE_OK) OPENSSL_cleanse(seed, CL_KEYFILE_SEED_BYTES);
  return outcome;
}
