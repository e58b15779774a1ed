#ifndef CL_FETCH_H
#define CL_FETCH_H

#include <stddef.h>

// Tells the processor that what `count` words point to is needed soon: two lines of it and
// the beginning of a third. A word that is no address does no harm.
static inline void cl_fetch(const void *words, size_t count) {
  const char *const *const addresses = (const char *const *)words;
  for (size_t i = 0; i < count; i++) {
    __builtin_prefetch(addresses[i]);
    __builtin_prefetch(addresses[i] + 64);
    __builtin_prefetch(addresses[i] + 128);
  }
}

#endif
