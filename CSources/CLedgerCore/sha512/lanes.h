#ifndef CL_SHA512_INTERNAL_LANES_H
#define CL_SHA512_INTERNAL_LANES_H

#include "sha512_lanes.h"

#define CL_SHA512_LANES_MAX 8

// Compresses one block of 128 bytes into each lane's state, from the initial
// state where the lane's bit of `fresh` is set. Word w of lane l is
// state[w · lanes + l], 64-byte aligned.
typedef void cl_sha512_step(uint64_t *state, const uint8_t *const *blocks, unsigned fresh);

// Hashes all of `in`, `lanes` messages at a time: a lane whose message has ended
// takes up the next one.
void cl_sha512_run(cl_sha512_step *step, unsigned lanes, const cl_sha512_challenge *in,
                   size_t count, uint8_t (*out)[64]);

#endif
