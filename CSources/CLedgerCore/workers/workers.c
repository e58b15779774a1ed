#define _GNU_SOURCE
#include "cl_workers.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

// One call to cl_workers_run; it lives on its caller's stack until `left` is 0.
typedef struct {
  void (*task)(void *context, size_t i);
  void *context;
  size_t count, next, left;
  pthread_cond_t ended;
} call;

struct cl_workers {
  pthread_mutex_t lock;  // guards everything below and the queued calls
  pthread_cond_t work;
  call *queue[CL_WORKERS_QUEUE_MAX];
  size_t first, waiting;
  bool stopping;
  size_t count;
  pthread_t threads[CL_WORKERS_MAX];
};

static _Thread_local bool is_worker;

// Takes the next task of the oldest call; the lock is held.
static call *take(cl_workers *w, size_t *i) {
  call *c = w->queue[w->first];
  *i = c->next++;
  if (c->next == c->count) {
    w->first = (w->first + 1) % CL_WORKERS_QUEUE_MAX;
    w->waiting--;
  }
  return c;
}

static void *work(void *argument) {
  cl_workers *w = argument;
  is_worker = true;
  pthread_mutex_lock(&w->lock);
  for (;;) {
    while (w->waiting == 0 && !w->stopping) pthread_cond_wait(&w->work, &w->lock);
    if (w->waiting == 0) break;
    size_t i;
    call *c = take(w, &i);
    pthread_mutex_unlock(&w->lock);
    c->task(c->context, i);
    pthread_mutex_lock(&w->lock);
    // The caller may go, and the call with it, as soon as the lock is given up.
    if (--c->left == 0) pthread_cond_signal(&c->ended);
  }
  pthread_mutex_unlock(&w->lock);
  return NULL;
}

// Binds worker i to the i-th of the cores this process may use. A worker that
// cannot be bound works all the same.
static void bind_to_cores(cl_workers *w, const cpu_set_t *allowed) {
  size_t i = 0;
  for (int core = 0; core < CPU_SETSIZE && i < w->count; core++) {
    if (!CPU_ISSET(core, allowed)) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    pthread_setaffinity_np(w->threads[i++], sizeof one, &one);
  }
}

static void start(cl_workers *w, size_t count) {
  // Signals are for the threads that expect them.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (w->count < count) {
    if (pthread_create(&w->threads[w->count], NULL, work, w) != 0) break;
    char name[16];  // the kernel's limit, with its zero
    snprintf(name, sizeof name, "worker-%zu", w->count);
    pthread_setname_np(w->threads[w->count], name);
    w->count++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int cl_workers_new(size_t count, cl_workers **workers) {
  *workers = NULL;
  if (count > CL_WORKERS_MAX) return CL_WORKERS_TOO_MANY;
  cl_workers *w = calloc(1, sizeof *w);
  if (w == NULL) return CL_WORKERS_NO_THREADS;
  pthread_mutex_init(&w->lock, NULL);
  pthread_cond_init(&w->work, NULL);
  start(w, count);
  if (w->count < count) {
    cl_workers_free(w);
    return CL_WORKERS_NO_THREADS;
  }
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    int cores = CPU_COUNT(&allowed);
    if (cores > 1 && (size_t)cores >= count) bind_to_cores(w, &allowed);
  }
  *workers = w;
  return CL_WORKERS_OK;
}

size_t cl_workers_count(const cl_workers *w) { return w == NULL ? 0 : w->count; }

static bool queue_call(cl_workers *w, call *c) {
  pthread_mutex_lock(&w->lock);
  bool fits = w->waiting < CL_WORKERS_QUEUE_MAX;
  if (fits) {
    w->queue[(w->first + w->waiting++) % CL_WORKERS_QUEUE_MAX] = c;
    pthread_cond_broadcast(&w->work);
    while (c->left != 0) pthread_cond_wait(&c->ended, &w->lock);
  }
  pthread_mutex_unlock(&w->lock);
  return fits;
}

void cl_workers_run(cl_workers *w, void (*task)(void *context, size_t i), void *context,
                    size_t count) {
  if (cl_workers_count(w) != 0 && count > 1 && !is_worker) {
    call c = {.task = task, .context = context, .count = count, .left = count};
    pthread_cond_init(&c.ended, NULL);
    bool done = queue_call(w, &c);
    pthread_cond_destroy(&c.ended);
    if (done) return;
  }
  for (size_t i = 0; i < count; i++) task(context, i);
}

void cl_workers_free(cl_workers *w) {
  if (w == NULL) return;
  pthread_mutex_lock(&w->lock);
  w->stopping = true;
  pthread_cond_broadcast(&w->work);
  pthread_mutex_unlock(&w->lock);
  for (size_t i = 0; i < w->count; i++) pthread_join(w->threads[i], NULL);
  pthread_cond_destroy(&w->work);
  pthread_mutex_destroy(&w->lock);
  free(w);
}
