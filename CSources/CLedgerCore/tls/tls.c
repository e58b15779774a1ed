#include "cl_tls.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>


#define WRITE_BYTES_MAX 65536
#define CERTIFICATE_LIST_BYTES_MAX 4096

// ALPN's wire form: one length byte, then the name.
static const uint8_t alpn[] = {6, 'e', 'c', 'o', '2', '/', '1'};

struct cl_tls_context {
  SSL_CTX *ssl;
  uint8_t public_key[CL_TLS_KEY_BYTES];
};

struct cl_tls_session {
  SSL *ssl;
  BIO *incoming;  // owned by ssl
  BIO *outgoing;  // owned by ssl
  int done;       // the handshake is done and its outcome was checked
  int failure;    // 0, or the error every further call returns
  uint8_t peer_key[CL_TLS_KEY_BYTES];
  char text[160];
};

// A certificate is only the envelope TLS asks for: fixed serial, name and validity, so that one
// seed gives one certificate, and no clock is read.
static X509 *make_certificate(EVP_PKEY *key) {
  X509 *certificate = X509_new();
  if (!certificate) return NULL;
  X509_NAME *name = X509_get_subject_name(certificate);
  const unsigned char *common = (const unsigned char *)"eco2 node";
  if (X509_set_version(certificate, 2) != 1 ||
      ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) != 1 ||
      ASN1_TIME_set_string(X509_getm_notBefore(certificate), "20200101000000Z") != 1 ||
      ASN1_TIME_set_string(X509_getm_notAfter(certificate), "99991231235959Z") != 1 ||
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0) != 1 ||
      X509_set_issuer_name(certificate, name) != 1 || X509_set_pubkey(certificate, key) != 1 ||
      X509_sign(certificate, key, NULL) == 0) {
    X509_free(certificate);
    return NULL;
  }
  return certificate;
}

// Stands in for the library's chain building: one certificate, Ed25519, signed by itself.
static int verify_certificate(X509_STORE_CTX *store, void *unused) {
  (void)unused;
  X509 *certificate = X509_STORE_CTX_get0_cert(store);
  STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(store);
  EVP_PKEY *key = certificate ? X509_get0_pubkey(certificate) : NULL;
  if (key && EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 && (!sent || sk_X509_num(sent) <= 1) &&
      X509_verify(certificate, key) == 1) {
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
  }
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

static int select_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                       const unsigned char *in, unsigned int in_length, void *unused) {
  (void)ssl;
  (void)unused;
  unsigned char *selected = NULL;
  if (SSL_select_next_proto(&selected, out_length, alpn, sizeof alpn, in, in_length) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

static int configure(SSL_CTX *ssl, EVP_PKEY *key, X509 *certificate) {
  const char *suites =
      "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
  if (SSL_CTX_set_min_proto_version(ssl, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_max_proto_version(ssl, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_ciphersuites(ssl, suites) != 1 || SSL_CTX_set1_groups_list(ssl, "X25519") != 1 ||
      SSL_CTX_set1_sigalgs_list(ssl, "ed25519") != 1 ||
      SSL_CTX_set1_client_sigalgs_list(ssl, "ed25519") != 1 ||
      SSL_CTX_use_certificate(ssl, certificate) != 1 || SSL_CTX_use_PrivateKey(ssl, key) != 1 ||
      SSL_CTX_set_num_tickets(ssl, 0) != 1 ||
      SSL_CTX_set_alpn_protos(ssl, alpn, sizeof alpn) != 0)
    return 0;
  SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(
      ssl, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_max_cert_list(ssl, CERTIFICATE_LIST_BYTES_MAX);
  SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  SSL_CTX_set_cert_verify_callback(ssl, verify_certificate, NULL);
  SSL_CTX_set_alpn_select_cb(ssl, select_alpn, NULL);
  return 1;
}

int cl_tls_context_create(const uint8_t seed[CL_TLS_SEED_BYTES], cl_tls_context **out) {
  *out = NULL;
  cl_tls_context *context = calloc(1, sizeof *context);
  EVP_PKEY *key =
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, CL_TLS_SEED_BYTES);
  X509 *certificate = key ? make_certificate(key) : NULL;
  SSL_CTX *ssl = SSL_CTX_new(TLS_method());
  size_t length = CL_TLS_KEY_BYTES;
  int made = context && certificate && ssl && configure(ssl, key, certificate) &&
             EVP_PKEY_get_raw_public_key(key, context->public_key, &length) == 1 &&
             length == CL_TLS_KEY_BYTES;
  X509_free(certificate);
  EVP_PKEY_free(key);
  if (!made) {
    SSL_CTX_free(ssl);
    free(context);
    ERR_clear_error();
    return CL_TLS_ERROR_MEMORY;
  }
  context->ssl = ssl;
  *out = context;
  return CL_TLS_OK;
}

void cl_tls_context_free(cl_tls_context *context) {
  if (!context) return;
  SSL_CTX_free(context->ssl);
  free(context);
}

void cl_tls_context_public_key(const cl_tls_context *context, uint8_t key[CL_TLS_KEY_BYTES]) {
  memcpy(key, context->public_key, CL_TLS_KEY_BYTES);
}

int cl_tls_session_create(const cl_tls_context *context, int server, cl_tls_session **out) {
  *out = NULL;
  cl_tls_session *session = calloc(1, sizeof *session);
  SSL *ssl = SSL_new(context->ssl);
  BIO *incoming = BIO_new(BIO_s_mem());
  BIO *outgoing = BIO_new(BIO_s_mem());
  if (!session || !ssl || !incoming || !outgoing) {
    BIO_free(incoming);
    BIO_free(outgoing);
    SSL_free(ssl);
    free(session);
    ERR_clear_error();
    return CL_TLS_ERROR_MEMORY;
  }
  // An empty memory BIO means "later", not "end of file".
  BIO_set_mem_eof_return(incoming, -1);
  BIO_set_mem_eof_return(outgoing, -1);
  SSL_set_bio(ssl, incoming, outgoing);
  if (server)
    SSL_set_accept_state(ssl);
  else
    SSL_set_connect_state(ssl);
  session->ssl = ssl;
  session->incoming = incoming;
  session->outgoing = outgoing;
  *out = session;
  return CL_TLS_OK;
}

void cl_tls_session_free(cl_tls_session *session) {
  if (!session) return;
  SSL_free(session->ssl);
  free(session);
}

static int fail(cl_tls_session *session, int code, const char *text) {
  session->failure = code;
  if (!text) {
    unsigned long error = ERR_peek_error();
    const char *reason = error ? ERR_reason_error_string(error) : NULL;
    text = reason ? reason : "unknown failure";
  }
  size_t length = strnlen(text, sizeof session->text - 1);
  memcpy(session->text, text, length);
  session->text[length] = 0;
  ERR_clear_error();
  return code;
}

// What a failed library call means. Which error it is hangs on the library's own reason.
static int judge(cl_tls_session *session, int result) {
  switch (SSL_get_error(session->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return CL_TLS_WANT_INPUT;
    case SSL_ERROR_ZERO_RETURN:
      return CL_TLS_CLOSED;
    default:
      break;
  }
  unsigned long error = ERR_peek_error();
  if (ERR_GET_LIB(error) == ERR_LIB_SSL) {
    switch (ERR_GET_REASON(error)) {
      case SSL_R_CERTIFICATE_VERIFY_FAILED:
      case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
        return fail(session, CL_TLS_ERROR_CERTIFICATE, NULL);
      case SSL_R_NO_APPLICATION_PROTOCOL:
      case SSL_AD_REASON_OFFSET + SSL_AD_NO_APPLICATION_PROTOCOL:
        return fail(session, CL_TLS_ERROR_ALPN, NULL);
      default:
        break;
    }
  }
  if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE)
    return fail(session, CL_TLS_ERROR_MEMORY, NULL);
  return fail(session, CL_TLS_ERROR_PROTOCOL, NULL);
}

int cl_tls_session_feed(
    cl_tls_session *session, const uint8_t *bytes, size_t length, size_t *accepted) {
  *accepted = 0;
  if (session->failure) return session->failure;
  if (length == 0) return CL_TLS_OK;
  size_t held = BIO_ctrl_pending(session->incoming);
  if (held >= CL_TLS_INCOMING_BYTES_MAX) return CL_TLS_FULL;
  size_t room = CL_TLS_INCOMING_BYTES_MAX - held;
  if (length > room) length = room;
  ERR_clear_error();
  if (BIO_write_ex(session->incoming, bytes, length, accepted) != 1)
    return fail(session, CL_TLS_ERROR_MEMORY, NULL);
  return CL_TLS_OK;
}

static int check_outcome(cl_tls_session *session) {
  const unsigned char *name = NULL;
  unsigned int name_length = 0;
  SSL_get0_alpn_selected(session->ssl, &name, &name_length);
  if (name_length != alpn[0] || memcmp(name, alpn + 1, name_length) != 0)
    return fail(session, CL_TLS_ERROR_ALPN, "the peer does not speak eco2/1");
  X509 *certificate = SSL_get0_peer_certificate(session->ssl);
  EVP_PKEY *key = certificate ? X509_get0_pubkey(certificate) : NULL;
  size_t length = CL_TLS_KEY_BYTES;
  if (!key || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_public_key(key, session->peer_key, &length) != 1 ||
      length != CL_TLS_KEY_BYTES)
    return fail(session, CL_TLS_ERROR_CERTIFICATE, "the peer's key is not an Ed25519 key");
  session->done = 1;
  return CL_TLS_OK;
}

int cl_tls_session_handshake(cl_tls_session *session) {
  if (session->failure) return session->failure;
  if (session->done) return CL_TLS_OK;
  ERR_clear_error();
  int result = SSL_do_handshake(session->ssl);
  if (result == 1) return check_outcome(session);
  int meaning = judge(session, result);
  if (meaning == CL_TLS_CLOSED)
    return fail(session, CL_TLS_ERROR_PROTOCOL, "closed during the handshake");
  return meaning;
}

int cl_tls_session_read(
    cl_tls_session *session, uint8_t *bytes, size_t capacity, size_t *length) {
  *length = 0;
  if (session->failure) return session->failure;
  if (!session->done || capacity == 0) return CL_TLS_ERROR_MISUSE;
  ERR_clear_error();
  int result = SSL_read_ex(session->ssl, bytes, capacity, length);
  return result == 1 ? CL_TLS_OK : judge(session, result);
}

int cl_tls_session_write(cl_tls_session *session, const uint8_t *bytes, size_t length) {
  if (session->failure) return session->failure;
  if (!session->done || length > WRITE_BYTES_MAX) return CL_TLS_ERROR_MISUSE;
  if (length == 0) return CL_TLS_OK;
  if (BIO_ctrl_pending(session->outgoing) >= CL_TLS_OUTGOING_BYTES_MAX) return CL_TLS_FULL;
  ERR_clear_error();
  size_t written = 0;
  int result = SSL_write_ex(session->ssl, bytes, length, &written);
  if (result == 1) return CL_TLS_OK;
  // A memory BIO takes everything, so a write has no reason to wait: waiting is a failure.
  int meaning = judge(session, result);
  return meaning < 0 ? meaning : fail(session, CL_TLS_ERROR_PROTOCOL, "the write was refused");
}

void cl_tls_session_close(cl_tls_session *session) {
  if (session->failure || !session->done) return;
  ERR_clear_error();
  SSL_shutdown(session->ssl);
  ERR_clear_error();
}

size_t cl_tls_session_outgoing(const cl_tls_session *session) {
  return BIO_ctrl_pending(session->outgoing);
}

size_t cl_tls_session_drain(cl_tls_session *session, uint8_t *bytes, size_t capacity) {
  size_t taken = 0;
  if (capacity == 0 || BIO_read_ex(session->outgoing, bytes, capacity, &taken) != 1) return 0;
  return taken;
}

int cl_tls_session_peer_key(const cl_tls_session *session, uint8_t key[CL_TLS_KEY_BYTES]) {
  if (!session->done || session->failure) return CL_TLS_ERROR_MISUSE;
  memcpy(key, session->peer_key, CL_TLS_KEY_BYTES);
  return CL_TLS_OK;
}

const char *cl_tls_session_error_text(const cl_tls_session *session) { return session->text; }
