#ifndef DISK_H
#define DISK_H

#include <stdint.h>
#include <sys/types.h>

// What the parts of the faulty disk share.

typedef enum act {
  ACT_NONE, ACT_KILL, ACT_TORN, ACT_LOST, ACT_SOME, ACT_EIO, ACT_FULL, ACT_SHORT
} act;
typedef enum { CALL_WRITE, CALL_RESIZE, CALL_SYNC, CALL_MAKE, CALL_NAME } call;

extern struct disk {
  char root[4096];
  size_t root_length;  // 0: nothing is counted
  long at;
  act act;
  long calls;
  int failed;
  int full;
} disk;

// Random numbers that follow from the seed.
uint64_t disk_random(void);

// Whether what is not synced may be lost, so that it must be remembered.
int disk_loses(void);

// Whether a path, or an open file, lies in the folder.
int disk_has_path(const char *path);
int disk_has_file(int descriptor, char path[4096]);

// Counts a call. Returns 0 when it goes on, or the errno with which it fails; or does not return.
// For a write, *part is how many of its bytes are written before it fails, or -1.
int disk_call(call kind, size_t length, ssize_t *part);

_Noreturn void disk_die(void);

// What the disk would show if the power failed now (memory.c).
void memory_touch(int descriptor);            // a file is about to be changed
void memory_written(int descriptor, const uint8_t *bytes, size_t length, off_t offset);  // durably
void memory_synced(int descriptor, const char *path);
void memory_broken(int descriptor);  // a sync has failed
void memory_made(const char *path, int is_folder);
void memory_removing(const char *path);
void memory_renaming(const char *from, const char *to);
void memory_lose(int only_some);

#endif
