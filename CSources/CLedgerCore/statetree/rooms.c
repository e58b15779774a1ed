#include <pthread.h>
#include <stdlib.h>

#include "tree.h"

// Large rooms that deltas have left. The system would have to clear fresh memory, which takes
// a tenth of the time that the nodes in it are hashed in; and it is needed for every block.

// Smaller ones are malloc's.
#define ROOM_KEPT_MIN ((size_t)4 << 20)
#define ROOMS_KEPT 2

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static state_room kept[ROOMS_KEPT];

int state_room_take(size_t size, state_room *out) {
  *out = (state_room){NULL, 0};
  if (size >= ROOM_KEPT_MIN) {
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < ROOMS_KEPT && out->bytes == NULL; i++) {
      // What is much too large stays for whoever needs it.
      if (kept[i].size < size || kept[i].size / 2 > size) continue;
      *out = kept[i];
      kept[i] = (state_room){NULL, 0};
    }
    pthread_mutex_unlock(&mutex);
  }
  if (out->bytes != NULL) return CL_STATE_OK;
  // The next block's needs a little more or less.
  out->size = size + size / 8;
  out->bytes = state_alloc(out->size + 1);
  return out->bytes == NULL ? CL_STATE_NO_MEMORY : CL_STATE_OK;
}

void state_room_leave(state_room room) {
  if (room.size >= ROOM_KEPT_MIN) {
    pthread_mutex_lock(&mutex);
    int least = 0;
    for (int i = 1; i < ROOMS_KEPT; i++) {
      if (kept[i].size < kept[least].size) least = i;
    }
    // In place of the smallest, which is empty at first.
    if (kept[least].size < room.size) {
      const state_room other = kept[least];
      kept[least] = room;
      room = other;
    }
    pthread_mutex_unlock(&mutex);
  }
  free(room.bytes);
}
