#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "disk.h"

// The system calls themselves, under the names of the C library. An executable's own functions are
// found before the C library's, by the libraries it loads as well.

#define EXPORT __attribute__((visibility("default")))

static int failed(int code) {
  errno = code;
  return -1;
}

// Every kind of write comes here. offset < 0: at the file's position.
static ssize_t write_parts(int descriptor, const struct iovec *parts, int count, off_t offset) {
  char path[4096];
  if (!disk_has_file(descriptor, path)) {
    if (offset < 0) return syscall(SYS_writev, descriptor, parts, count);
    return syscall(SYS_pwritev, descriptor, parts, count, (long)offset, 0L);
  }
  size_t length = 0;
  for (int i = 0; i < count; i++) length += parts[i].iov_len;
  ssize_t part;
  int code = disk_call(CALL_WRITE, length, &part);
  if (code != 0 && part < 0) return failed(code);
  memory_touch(descriptor);
  int is_durable = (fcntl(descriptor, F_GETFL) & (O_DSYNC | O_SYNC)) != 0;
  size_t room = part < 0 ? length : (size_t)part;
  ssize_t done = 0;
  for (int i = 0; i < count && room > 0; i++) {
    size_t piece = parts[i].iov_len < room ? parts[i].iov_len : room;
    ssize_t written = offset < 0
                          ? syscall(SYS_write, descriptor, parts[i].iov_base, piece)
                          : syscall(SYS_pwrite64, descriptor, parts[i].iov_base, piece,
                                    offset + done);
    if (written < 0) return done > 0 ? done : -1;
    if (is_durable) {
      off_t start = offset < 0 ? lseek(descriptor, 0, SEEK_CUR) - written : offset + done;
      memory_written(descriptor, parts[i].iov_base, (size_t)written, start);
    }
    done += written;
    room -= (size_t)written;
    if ((size_t)written < piece) break;
  }
  if (disk.act == ACT_TORN && code != 0) disk_die();
  return done;
}

EXPORT ssize_t write(int descriptor, const void *bytes, size_t length) {
  struct iovec part = {(void *)(uintptr_t)bytes, length};
  return write_parts(descriptor, &part, 1, -1);
}

EXPORT ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
  struct iovec part = {(void *)(uintptr_t)bytes, length};
  return write_parts(descriptor, &part, 1, offset);
}

EXPORT ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t offset) {
  return pwrite(descriptor, bytes, length, offset);
}

EXPORT ssize_t writev(int descriptor, const struct iovec *parts, int count) {
  return write_parts(descriptor, parts, count, -1);
}

EXPORT ssize_t pwritev(int descriptor, const struct iovec *parts, int count, off_t offset) {
  return write_parts(descriptor, parts, count, offset);
}

EXPORT ssize_t pwritev64(int descriptor, const struct iovec *parts, int count, off64_t offset) {
  return write_parts(descriptor, parts, count, offset);
}

static int sync_by(long number, int descriptor) {
  char path[4096];
  if (!disk_has_file(descriptor, path)) return (int)syscall(number, descriptor);
  ssize_t part;
  int code = disk_call(CALL_SYNC, 0, &part);
  if (code != 0) {
    memory_broken(descriptor);
    return failed(code);
  }
  int result = (int)syscall(number, descriptor);
  if (result == 0) memory_synced(descriptor, path);
  return result;
}

EXPORT int fsync(int descriptor) { return sync_by(SYS_fsync, descriptor); }

EXPORT int fdatasync(int descriptor) { return sync_by(SYS_fdatasync, descriptor); }

EXPORT int msync(void *start, size_t length, int flags) {
  // Nothing that counts is written through a map; if that changes, this must learn to find
  // the file.
  if (disk.root_length > 0 && flags & MS_SYNC) fprintf(stderr, "msync: not seen by the tests\n");
  return (int)syscall(SYS_msync, start, length, flags);
}

EXPORT int ftruncate(int descriptor, off_t length) {
  char path[4096];
  if (disk_has_file(descriptor, path)) {
    struct stat status;
    int grows = fstat(descriptor, &status) != 0 || status.st_size < length;
    ssize_t part;
    int code = disk_call(grows ? CALL_RESIZE : CALL_NAME, 0, &part);
    if (code != 0) return failed(code);
    memory_touch(descriptor);
  }
  return (int)syscall(SYS_ftruncate, descriptor, length);
}

EXPORT int ftruncate64(int descriptor, off64_t length) { return ftruncate(descriptor, length); }

EXPORT int fallocate(int descriptor, int mode, off_t offset, off_t length) {
  char path[4096];
  if (disk_has_file(descriptor, path)) {
    ssize_t part;
    int code = disk_call(CALL_RESIZE, 0, &part);
    if (code != 0) return failed(code);
    memory_touch(descriptor);
  }
  return (int)syscall(SYS_fallocate, descriptor, mode, offset, length);
}

EXPORT int fallocate64(int descriptor, int mode, off64_t offset, off64_t length) {
  return fallocate(descriptor, mode, offset, length);
}

EXPORT int posix_fallocate(int descriptor, off_t offset, off_t length) {
  return fallocate(descriptor, 0, offset, length) == 0 ? 0 : errno;
}

EXPORT int posix_fallocate64(int descriptor, off64_t offset, off64_t length) {
  return posix_fallocate(descriptor, offset, length);
}

static int open_by(int folder, const char *path, int flags, mode_t mode) {
  if (disk_has_path(path) && (flags & (O_CREAT | O_TRUNC)) != 0) {
    int is_there = access(path, F_OK) == 0;
    ssize_t part;
    if (!is_there && flags & O_CREAT) {
      int code = disk_call(CALL_MAKE, 0, &part);
      if (code != 0) return failed(code);
      memory_made(path, 0);
    } else if (is_there && flags & O_TRUNC) {
      int code = disk_call(CALL_NAME, 0, &part);
      if (code != 0) return failed(code);
      int before = (int)syscall(SYS_openat, folder, path, O_RDONLY | O_CLOEXEC, 0);
      if (before >= 0) {
        memory_touch(before);
        syscall(SYS_close, before);
      }
    }
  }
  return (int)syscall(SYS_openat, folder, path, flags, mode);
}

static mode_t mode_in(int flags, va_list list) {
  return flags & (O_CREAT | __O_TMPFILE) ? va_arg(list, mode_t) : 0;
}

#define OPEN(name)                                     \
  EXPORT int name(const char *path, int flags, ...) {  \
    va_list list;                                      \
    va_start(list, flags);                             \
    mode_t mode = mode_in(flags, list);                \
    va_end(list);                                      \
    return open_by(AT_FDCWD, path, flags, mode);       \
  }

OPEN(open)
OPEN(open64)

EXPORT int openat(int folder, const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = mode_in(flags, list);
  va_end(list);
  return open_by(folder, path, flags, mode);
}

EXPORT int unlinkat(int folder, const char *path, int flags) {
  if (disk_has_path(path)) {
    ssize_t part;
    int code = disk_call(CALL_NAME, 0, &part);
    if (code != 0) return failed(code);
    memory_removing(path);
  }
  return (int)syscall(SYS_unlinkat, folder, path, flags);
}

EXPORT int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

EXPORT int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  if (disk_has_path(to)) {
    ssize_t part;
    int code = disk_call(CALL_NAME, 0, &part);
    if (code != 0) return failed(code);
    memory_renaming(from, to);
  }
  return (int)syscall(SYS_renameat, from_folder, from, to_folder, to);
}

EXPORT int rename(const char *from, const char *to) {
  return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

EXPORT int mkdir(const char *path, mode_t mode) {
  if (disk_has_path(path) && access(path, F_OK) != 0) {
    ssize_t part;
    int code = disk_call(CALL_MAKE, 0, &part);
    if (code != 0) return failed(code);
    memory_made(path, 1);
  }
  return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

// How the store finds out whether LMDB's short write was for want of room.
EXPORT int fstatvfs(int descriptor, struct statvfs *out) {
  static int (*next)(int, struct statvfs *);
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "fstatvfs");
  int result = next(descriptor, out);
  if (disk.full) out->f_bfree = out->f_bavail = 0;
  return result;
}
