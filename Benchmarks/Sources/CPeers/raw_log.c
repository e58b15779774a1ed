#define _GNU_SOURCE
#include "raw_log.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int peers_log_create(const char *path, size_t bytes) {
  int descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return -1;
  int code = posix_fallocate(descriptor, 0, (off_t)bytes);
  if (code == 0 && fsync(descriptor) == 0) return descriptor;
  if (code != 0) errno = code;
  close(descriptor);
  return -1;
}

int peers_log_append(int descriptor, const uint8_t *data, size_t length, size_t offset) {
  while (length > 0) {
    ssize_t written = pwrite(descriptor, data, length, (off_t)offset);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return -1;
    data += written;
    offset += (size_t)written;
    length -= (size_t)written;
  }
  return fdatasync(descriptor);
}

void peers_log_close(int descriptor) { close(descriptor); }

int peers_settle(const char *path) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return -1;
  int code = syncfs(descriptor);
  close(descriptor);
  return code;
}
