#include "../sha256/digest_context.h"
#include "sha512_lanes.h"

void cl_sha512_challenges_portable(const cl_sha512_challenge *in, size_t count,
                                   uint8_t (*out)[64]) {
  for (size_t i = 0; i < count; i++) {
    EVP_MD_CTX *context = cl_thread_sha512();
    cl_digest_update(context, in[i].nonce, 32);
    cl_digest_update(context, in[i].key, 32);
    cl_digest_update(context, in[i].prefix, in[i].prefix_length);
    cl_digest_update(context, in[i].message, in[i].message_length);
    cl_digest_final(context, out[i]);
  }
}
