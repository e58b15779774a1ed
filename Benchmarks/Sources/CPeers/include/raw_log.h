#ifndef PEERS_RAW_LOG_H
#define PEERS_RAW_LOG_H

#include <stddef.h>
#include <stdint.h>

// The floor under the block log: a file whose room is there already, written and synced.

// Makes a file of `bytes`, all of it allocated and synced. Its descriptor, or -1 (errno).
int peers_log_create(const char *path, size_t bytes);

// Writes at `offset` and syncs by fdatasync. 0, or -1 (errno).
int peers_log_append(int descriptor, const uint8_t *data, size_t length, size_t offset);

void peers_log_close(int descriptor);

// Waits until the disk has all that was written to the file system of `path`, so that no timed
// write pays for what came before it. 0, or -1 (errno).
int peers_settle(const char *path);

#endif
