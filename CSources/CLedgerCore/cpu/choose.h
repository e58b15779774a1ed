#ifndef CL_CHOOSE_H
#define CL_CHOOSE_H

#include "../ed25519/engine.h"

// The best engines for this processor, chosen once, at first use.
const cl_ed25519_engine *cl_choose_ed25519(void);

#endif
