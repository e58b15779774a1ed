#ifndef CL_CHOOSE_H
#define CL_CHOOSE_H

#include "../ed25519/engine.h"

// The Ed25519 engine of this process, chosen once, at first use: what the
// environment names, or the best that this processor runs.
const cl_ed25519_engine *cl_choose_ed25519(void);

#endif
