#ifndef CL_CHOOSE_H
#define CL_CHOOSE_H

#include <stddef.h>

// How one of several implementations of the same contract, its engines, is chosen.

// What an engine begins with.
typedef struct {
  const char *name;
  // 1 when this processor, and the system it runs under, can.
  int (*is_supported)(void);
} cl_engine;

typedef struct {
  // The environment's variable that names one, instead of the best.
  const char *variable;
  // Best first; the last one runs everywhere.
  const cl_engine *const *list;
  size_t count;
  // What was chosen, and -1 if the environment names none that runs here. Both start as 0.
  const cl_engine *chosen;
  int status;
} cl_engines;

// NULL when there is none of this name, or the processor does not run it.
const cl_engine *cl_engine_named(const cl_engines *engines, const char *name);
// The engine of this process, chosen at first use; from any thread.
const cl_engine *cl_engine_chosen(cl_engines *engines);

#endif
