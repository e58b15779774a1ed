#ifndef MEMORY_H
#define MEMORY_H

// The allocator of this process and of every library it loads: one call of it can be made to
// fail, and what is alive is counted.

// From now on, the n-th call fails (1: the next one).
void memory_fail_at(long n);
// Ends that; whether a call failed.
int memory_end(void);
// Blocks that were allocated and not freed; 0 where a sanitizer sees to that.
long memory_alive(void);

#endif
