#include "cl_sha256.h"
#include "digest_context.h"

// The opaque stream is an EVP_MD_CTX under another name.

cl_sha256_stream *cl_sha256_stream_new(void) { return (cl_sha256_stream *)cl_new_sha256(); }

void cl_sha256_stream_update(cl_sha256_stream *stream, const uint8_t *data, size_t length) {
  cl_digest_update((EVP_MD_CTX *)stream, data, length);
}

void cl_sha256_stream_final(cl_sha256_stream *stream, uint8_t *out) {
  cl_digest_final((EVP_MD_CTX *)stream, out);
  cl_digest_restart((EVP_MD_CTX *)stream);
}

void cl_sha256_stream_free(cl_sha256_stream *stream) {
  EVP_MD_CTX_free((EVP_MD_CTX *)stream);
}
