#ifndef DRIVER_H
#define DRIVER_H

// What the differentials share: random numbers that a seed repeats, and a word on the way.

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// The seed, then what it has come to.
static uint64_t state;

static inline uint64_t random_word(void) {  // SplitMix64
  uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

static inline uint32_t below(uint32_t limit) { return (uint32_t)(random_word() % limit); }

static inline void random_bytes(void *out, size_t length) {
  uint8_t *bytes = out;
  for (size_t i = 0; i < length; i += 8) {
    const uint64_t word = random_word();
    memcpy(bytes + i, &word, length - i < 8 ? length - i : 8);
  }
}

// Says on standard error how far a run is: each second in one line of a terminal, else in a line
// for each tenth of the cases.
static inline void say_progress(const char *what, uint64_t done, uint64_t cases) {
  static int terminal = -1, tenths_said = 0;
  static time_t said_at = 0;
  if (terminal < 0) terminal = isatty(STDERR_FILENO);
  if (done > cases) done = cases;
  const char *end = "\n";
  if (terminal) {
    const time_t now = time(NULL);
    if (now == said_at && done < cases) return;
    said_at = now;
    if (done < cases) end = "\r";
  } else {
    const int tenths = (int)(10 * (double)done / (double)cases);
    if (tenths == tenths_said) return;
    tenths_said = tenths;
  }
  fprintf(stderr, "%s: %llu of %llu cases%s", what, (unsigned long long)done,
          (unsigned long long)cases, end);
}

#endif
