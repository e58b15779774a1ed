#if defined(__x86_64__)

#include "avx2_engine.h"
#include "ifma.h"

static int is_supported(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512ifma") && __builtin_cpu_supports("bmi2") &&
         cl_ed25519_avx2.engine.is_supported();  // for prepared keys
}

const cl_ed25519_engine cl_ed25519_avx512ifma = {
    .engine = {"avx512ifma", is_supported},
    .point_bytes = sizeof(ifma_affine),
    .sum_max = 4096,
    .decode = ifma_decode,
    .reduce = cl_ed25519_reduce_each,
    .scale = cl_ed25519_scale_each,
    .sum_memory = ifma_sum_memory,
    .add_up = ifma_add_up,
    .multiples_bytes = &avx2_multiples_bytes,
    .make_multiples = avx2_make_multiples,
    .add_multiples = avx2_add_multiples,
    .verify = cl_ed25519_verify_portable,
};

#endif
