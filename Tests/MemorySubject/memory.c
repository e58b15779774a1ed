#include "memory.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

// An executable's own functions are found before the C library's, by the libraries it loads as
// well. Behind them is the C library's allocator, or the sanitizer's.

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define REAL(name) __interceptor_##name
// It allocates for the C library's functions itself, and tells what leaks.
#define IS_COUNTED 0
#endif
#endif
#ifndef REAL
#define REAL(name) __libc_##name
#define IS_COUNTED 1
#endif

#define EXPORT __attribute__((visibility("default")))

void *REAL(malloc)(size_t length);
void *REAL(calloc)(size_t count, size_t length);
void *REAL(realloc)(void *memory, size_t length);
void *REAL(memalign)(size_t alignment, size_t length);
void REAL(free)(void *memory);

static atomic_long calls_left;  // 0: none is to fail
static atomic_int has_failed;
static atomic_long alive;

void memory_fail_at(long n) {
  atomic_store(&has_failed, 0);
  atomic_store(&calls_left, n);
}

int memory_end(void) {
  atomic_store(&calls_left, 0);
  return atomic_load(&has_failed);
}

long memory_alive(void) { return IS_COUNTED ? atomic_load(&alive) : 0; }

static int fails(void) {
  long left = atomic_load(&calls_left);
  while (left > 0 && !atomic_compare_exchange_weak(&calls_left, &left, left - 1)) {
  }
  if (left != 1) return 0;
  atomic_store(&has_failed, 1);
  errno = ENOMEM;
  return 1;
}

static void *counted(void *memory) {
  if (memory != NULL) atomic_fetch_add(&alive, 1);
  return memory;
}

EXPORT void *malloc(size_t length) { return fails() ? NULL : counted(REAL(malloc)(length)); }

EXPORT void *calloc(size_t count, size_t length) {
  return fails() ? NULL : counted(REAL(calloc)(count, length));
}

EXPORT void *realloc(void *memory, size_t length) {
  if (fails()) return NULL;
  void *const moved = REAL(realloc)(memory, length);
  return memory == NULL ? counted(moved) : moved;
}

EXPORT void *memalign(size_t alignment, size_t length) {
  return fails() ? NULL : counted(REAL(memalign)(alignment, length));
}

EXPORT void *aligned_alloc(size_t alignment, size_t length) {
  return memalign(alignment, length);
}

EXPORT int posix_memalign(void **out, size_t alignment, size_t length) {
  void *const memory = memalign(alignment, length);
  if (memory == NULL) return ENOMEM;
  *out = memory;
  return 0;
}

EXPORT void free(void *memory) {
  if (memory != NULL) atomic_fetch_sub(&alive, 1);
  REAL(free)(memory);
}
