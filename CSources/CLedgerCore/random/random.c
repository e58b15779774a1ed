#include "cl_random.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

int cl_random_bytes(uint8_t *out, size_t length) {
  size_t done = 0;
  while (done < length) {
    ssize_t got = getrandom(out + done, length - done, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      int code = got < 0 ? errno : EIO;
      memset(out, 0, length);
      return -code;
    }
    done += (size_t)got;
  }
  return 0;
}
