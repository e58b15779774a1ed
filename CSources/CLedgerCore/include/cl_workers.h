#ifndef CL_WORKERS_H
#define CL_WORKERS_H

#include <stddef.h>

// Long-lived threads that share out work which is nothing but computing. A
// thread is made once and waits for work: a new one may share its parent's core
// for 100 ms and more.

typedef struct cl_workers cl_workers;

#define CL_WORKERS_MAX 64
// Calls whose work may wait at once; the work of a call beyond them is done by
// its caller.
#define CL_WORKERS_QUEUE_MAX 64

#define CL_WORKERS_OK 0
// `count` is over CL_WORKERS_MAX.
#define CL_WORKERS_TOO_MANY (-1)
// The system gives no memory or no thread.
#define CL_WORKERS_NO_THREADS (-2)

// Makes `count` workers; none is allowed, and means that callers do their own
// work. When the process may run on at least two cores and on no fewer than
// `count`, every worker is bound to a core of its own; else the system places
// them. `*workers` is NULL on failure.
int cl_workers_new(size_t count, cl_workers **workers);

// How many there are; 0 for NULL.
size_t cl_workers_count(const cl_workers *workers);

// Calls task(context, i) once for every i < count, and returns when all calls
// have returned. Tasks of one call run in any order, at the same time, on any
// thread; what they wrote is then visible to the caller. The caller's own thread
// does the work, i ascending, when `workers` is NULL or has no threads, when
// there is one task, when the queue is full, and when it is itself a worker of
// any pool (so nothing waits for itself). Safe to call from any thread.
void cl_workers_run(cl_workers *workers, void (*task)(void *context, size_t i), void *context,
                    size_t count);

// Ends the threads after what is queued. No call may be under way or follow.
void cl_workers_free(cl_workers *workers);

#endif
