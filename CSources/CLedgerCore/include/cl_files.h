#ifndef CL_FILES_H
#define CL_FILES_H

// What files need that Swift's C library leaves out.

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Lets the disk begin with what was written to `length` bytes from `offset` on, and returns
// meanwhile where the system can do that. A hint: it makes nothing durable, and what goes wrong is
// told by the sync that follows.
void cl_start_writing(int descriptor, uint64_t offset, uint64_t length);

#ifdef __cplusplus
}
#endif

#endif
