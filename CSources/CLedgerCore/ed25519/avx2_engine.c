#if defined(__x86_64__)

#include "avx2_engine.h"

static int is_supported(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const cl_ed25519_engine cl_ed25519_avx2 = {
    .engine = {"avx2", is_supported},
    .point_bytes = sizeof(avx2_entry),
    .sum_max = 2048,
    .decode = avx2_decode,
    .reduce = cl_ed25519_reduce_each,
    .scale = cl_ed25519_scale_each,
    .sum_memory = avx2_sum_memory,
    .add_up = avx2_add_up,
    .multiples_bytes = &avx2_multiples_bytes,
    .make_multiples = avx2_make_multiples,
    .add_multiples = avx2_add_multiples,
    .verify = cl_ed25519_verify_portable,
};

#endif
