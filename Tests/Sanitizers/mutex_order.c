// Tells ThreadSanitizer of the order that a contended `Mutex` of Swift's standard library makes.
//
// Its fast path is inlined into instrumented code; its slow path is a call into the library, which
// is not instrumented and lets the kernel hand the lock over (FUTEX_LOCK_PI). Without these words
// every value behind a mutex that was ever waited for looks raced for.
//
// Preloaded by Scripts/sanitized, for nothing but tests.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

// Absent in the tools that tests call.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef __attribute__((swiftcall)) void lock_function(
    uint32_t thread, __attribute__((swift_context)) void *mutex);
typedef __attribute__((swiftcall)) void unlock_function(
    __attribute__((swift_context)) void *mutex);

__attribute__((swiftcall)) void lock_slow(
    uint32_t thread, __attribute__((swift_context)) void *mutex) __asm__(LOCK);
__attribute__((swiftcall)) void unlock_slow(
    __attribute__((swift_context)) void *mutex) __asm__(UNLOCK);

static lock_function *real_lock;
static unlock_function *real_unlock;

__attribute__((constructor)) static void find(void) {
  real_lock = (lock_function *)dlsym(RTLD_NEXT, LOCK);
  real_unlock = (unlock_function *)dlsym(RTLD_NEXT, UNLOCK);
}

__attribute__((swiftcall)) void lock_slow(
    uint32_t thread, __attribute__((swift_context)) void *mutex) {
  real_lock(thread, mutex);
  if (__tsan_acquire) __tsan_acquire(mutex);
}

__attribute__((swiftcall)) void unlock_slow(__attribute__((swift_context)) void *mutex) {
  if (__tsan_release) __tsan_release(mutex);
  real_unlock(mutex);
}
