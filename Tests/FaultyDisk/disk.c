#define _GNU_SOURCE
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faulty_disk.h"

struct disk disk;
static uint64_t random_state;
static call failed_kind;
static char kinds[4096];

static void configure(const char *root, const char *act, long at, unsigned long seed) {
  snprintf(disk.root, sizeof disk.root, "%s", root);
  disk.root_length = strlen(disk.root);
  static const char *const names[] = {"none", "kill", "torn", "lost", "some", "eio", "enospc",
                                      "short"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(act, names[i]) == 0) disk.act = (enum act)i;
  disk.at = at;
  random_state = (uint64_t)at * 0x9e3779b97f4a7c15 ^ (uint64_t)seed << 32;
}

int faulty_disk_fork(const char *root, const char *act, long at, unsigned long seed,
                     const char *output) {
  fflush(NULL);
  pid_t child = fork();
  if (child < 0) return -2;
  if (child > 0) {
    int status;
    while (waitpid(child, &status, 0) < 0)
      if (errno != EINTR) return -2;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int file = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0 || dup2(file, 1) < 0 || dup2(file, 2) < 0) _exit(71);
  configure(root, act, at, seed);
  return 0;
}

// SplitMix64.
uint64_t disk_random(void) {
  uint64_t z = random_state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

int disk_loses(void) {
  return disk.act == ACT_LOST || disk.act == ACT_SOME || disk.act == ACT_EIO;
}

int disk_has_path(const char *path) {
  return disk.root_length > 0 && strncmp(path, disk.root, disk.root_length) == 0 &&
         (path[disk.root_length] == '/' || path[disk.root_length] == 0);
}

int disk_has_file(int descriptor, char path[4096]) {
  if (disk.root_length == 0) return 0;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, 4095);
  if (length < 0) return 0;
  path[length] = 0;
  return disk_has_path(path);
}

_Noreturn void disk_die(void) {
  for (;;) syscall(SYS_kill, getpid(), SIGKILL);
}

int disk_call(call kind, size_t length, ssize_t *part) {
  *part = -1;
  if (disk.calls < (long)sizeof kinds - 1) kinds[disk.calls] = "wrsmn"[kind];
  int is_now = ++disk.calls == disk.at;
  int needs_room = kind == CALL_WRITE || kind == CALL_RESIZE || kind == CALL_MAKE;
  if (!is_now) {
    if (disk.failed && disk.act == ACT_SHORT && disk.full == 1 && kind == CALL_WRITE) {
      disk.full = 2;
      return ENOSPC;
    }
    return disk.full && (kind == CALL_RESIZE || kind == CALL_MAKE) ? ENOSPC : 0;
  }
  disk.failed = 1;
  failed_kind = kind;
  switch (disk.act) {
    case ACT_NONE:
      return 0;
    case ACT_KILL:
      disk_die();
    case ACT_TORN:
      if (kind != CALL_WRITE) disk_die();
      *part = length == 0 ? 0 : (ssize_t)(disk_random() % length);
      return EINTR;
    case ACT_LOST:
    case ACT_SOME:
      faulty_disk_lose();
      disk_die();
    case ACT_EIO:
      return EIO;
    case ACT_FULL:
    case ACT_SHORT:
      if (!needs_room) return 0;
      disk.full = disk.act == ACT_SHORT && kind == CALL_WRITE && length > 1 ? 1 : 2;
      if (disk.full == 1) *part = (ssize_t)(length / 2);
      return ENOSPC;
  }
  return 0;
}

const char *faulty_disk_kinds(void) { return kinds; }

int faulty_disk_is_sync(void) { return disk.failed && failed_kind == CALL_SYNC; }

int faulty_disk_has_failed(void) { return disk.failed; }

void faulty_disk_relieve(void) { disk.full = 0; }

void faulty_disk_lose(void) {
  if (!disk_loses()) return;
  memory_lose(disk.act == ACT_SOME);
  disk_die();
}
