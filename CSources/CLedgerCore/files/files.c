#define _GNU_SOURCE
#include "cl_files.h"

#include <fcntl.h>

void cl_start_writing(int descriptor, uint64_t offset, uint64_t length) {
#ifdef SYNC_FILE_RANGE_WRITE
  // "Start write-out of all dirty pages in the specified range which are not presently submitted
  // write-out ... This is not suitable for data integrity operations" (sync_file_range(2)).
  (void)!sync_file_range(descriptor, (off64_t)offset, (off64_t)length, SYNC_FILE_RANGE_WRITE);
#else
  (void)descriptor, (void)offset, (void)length;
#endif
}
