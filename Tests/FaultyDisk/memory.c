#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "disk.h"

// What a disk without power would show. Of each file that was changed since its last sync, the
// bytes of that sync are kept; of each name that was made, removed or changed since its folder's
// last sync, what it takes to undo that.

enum { FILES_MAX = 256, NAMES_MAX = 256, PAGE = 4096 };

static struct file {
  dev_t device;
  ino_t inode;
  // Of our own, and never closed: closing one lets go of all fcntl locks on the file.
  int descriptor;
  int is_dirty;
  int is_broken;  // a sync failed: what it should have written is lost for good
  uint8_t *durable;
  size_t durable_size;
} files[FILES_MAX];
static int file_count;

typedef enum { NAME_MADE, NAME_FOLDER, NAME_REMOVED, NAME_RENAMED } name_kind;

static struct name {
  name_kind kind;
  char path[4096];
  char from[4096];   // renamed: the name before
  char stash[4096];  // another name of what was removed or replaced; empty: nothing was
} names[NAMES_MAX];
static int name_count;
static int stash_count;

static _Noreturn void stop(const char *what) {
  fprintf(stderr, "the faulty disk cannot go on: %s: %s\n", what, strerror(errno));
  _exit(70);
}

static uint8_t *content(int descriptor, size_t *size) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) stop("fstat");
  *size = (size_t)status.st_size;
  uint8_t *bytes = malloc(*size + 1);
  if (bytes == NULL) stop("malloc");
  for (size_t done = 0; done < *size;) {
    ssize_t count = pread(descriptor, bytes + done, *size - done, (off_t)done);
    if (count <= 0) stop("pread");
    done += (size_t)count;
  }
  return bytes;
}

static struct file *find(int descriptor, int is_added) {
  struct stat status;
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return NULL;
  for (int i = 0; i < file_count; i++)
    if (files[i].device == status.st_dev && files[i].inode == status.st_ino) return &files[i];
  if (!is_added) return NULL;
  if (file_count == FILES_MAX) stop("too many files");
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  int own = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDWR | O_CLOEXEC, 0);
  if (own < 0) stop("open");
  files[file_count] =
      (struct file){.device = status.st_dev, .inode = status.st_ino, .descriptor = own};
  return &files[file_count++];
}

void memory_touch(int descriptor) {
  if (!disk_loses()) return;
  struct file *file = find(descriptor, 1);
  if (file == NULL || file->is_dirty) return;
  file->durable = content(file->descriptor, &file->durable_size);
  file->is_dirty = 1;
}

void memory_written(int descriptor, const uint8_t *bytes, size_t length, off_t offset) {
  if (!disk_loses()) return;
  struct file *file = find(descriptor, 1);
  if (file == NULL || !file->is_dirty) return;
  size_t end = (size_t)offset + length;
  if (end > file->durable_size) {
    file->durable = realloc(file->durable, end);
    if (file->durable == NULL) stop("realloc");
    memset(file->durable + file->durable_size, 0, end - file->durable_size);
    file->durable_size = end;
  }
  memcpy(file->durable + offset, bytes, length);
}

void memory_broken(int descriptor) {
  struct file *file = disk_loses() ? find(descriptor, 0) : NULL;
  if (file != NULL && file->is_dirty) file->is_broken = 1;
}

static int is_in(const char *path, const char *folder) {
  size_t length = strlen(folder);
  return strncmp(path, folder, length) == 0 && path[length] == '/' &&
         strchr(path + length + 1, '/') == NULL;
}

void memory_synced(int descriptor, const char *path) {
  if (!disk_loses()) return;
  struct file *file = find(descriptor, 0);
  if (file != NULL && file->is_dirty && !file->is_broken) {
    free(file->durable);
    file->durable = NULL;
    file->is_dirty = 0;
  }
  int kept = 0;
  for (int i = 0; i < name_count; i++)
    if (!is_in(names[i].path, path)) names[kept++] = names[i];
  name_count = kept;
}

static struct name *remember(name_kind kind, const char *path) {
  if (name_count == NAMES_MAX) stop("too many names");
  struct name *name = &names[name_count++];
  *name = (struct name){.kind = kind};
  snprintf(name->path, sizeof name->path, "%s", path);
  return name;
}

static void stash(struct name *name) {
  if (access(name->path, F_OK) != 0) return;
  snprintf(name->stash, sizeof name->stash, "%.4000s.stash%d", disk.root, stash_count++);
  if (link(name->path, name->stash) != 0) stop("link");
}

void memory_made(const char *path, int is_folder) {
  if (disk_loses()) remember(is_folder ? NAME_FOLDER : NAME_MADE, path);
}

void memory_removing(const char *path) {
  if (disk_loses() && access(path, F_OK) == 0) stash(remember(NAME_REMOVED, path));
}

void memory_renaming(const char *from, const char *to) {
  if (!disk_loses()) return;
  struct name *name = remember(NAME_RENAMED, to);
  snprintf(name->from, sizeof name->from, "%s", from);
  stash(name);
}

static void undo(const struct name *name) {
  switch (name->kind) {
    case NAME_MADE:
      syscall(SYS_unlinkat, AT_FDCWD, name->path, 0);
      break;
    case NAME_FOLDER:
      if (syscall(SYS_unlinkat, AT_FDCWD, name->path, AT_REMOVEDIR) != 0) stop("rmdir");
      break;
    case NAME_RENAMED:
      if (syscall(SYS_renameat, AT_FDCWD, name->path, AT_FDCWD, name->from) != 0) stop("rename");
      break;
    case NAME_REMOVED:
      break;
  }
  if (name->stash[0] != 0 && link(name->stash, name->path) != 0) stop("link");
}

static void lose(const struct file *file, int only_some) {
  size_t size;
  uint8_t *now = content(file->descriptor, &size);
  size_t most = size > file->durable_size ? size : file->durable_size;
  uint8_t *image = calloc(1, most + 1);
  if (image == NULL) stop("calloc");
  for (size_t start = 0; start < most; start += PAGE) {
    int is_kept = only_some && disk_random() % 2 == 0;
    const uint8_t *from = is_kept ? now : file->durable;
    size_t end = is_kept ? size : file->durable_size;
    if (start >= end) continue;
    memcpy(image + start, from + start, end - start < PAGE ? end - start : PAGE);
  }
  size_t left = only_some && disk_random() % 2 == 0 ? size : file->durable_size;
  if (syscall(SYS_ftruncate, file->descriptor, left) != 0) stop("ftruncate");
  for (size_t done = 0; done < left;) {
    ssize_t count =
        syscall(SYS_pwrite64, file->descriptor, image + done, left - done, (off_t)done);
    if (count <= 0) stop("pwrite");
    done += (size_t)count;
  }
  free(image);
  free(now);
}

void memory_lose(int only_some) {
  for (int i = 0; i < file_count; i++)
    if (files[i].is_dirty) lose(&files[i], only_some);
  // File systems keep the order of names' changes: some of the last ones are lost.
  int kept = only_some ? (int)(disk_random() % (uint64_t)(name_count + 1)) : 0;
  for (int i = name_count - 1; i >= kept; i--) undo(&names[i]);
}
