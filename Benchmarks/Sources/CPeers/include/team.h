#ifndef PEERS_TEAM_H
#define PEERS_TEAM_H

#include <stddef.h>

// Two long-lived threads, each bound to a core of its own: what a floor on two cores runs on. A
// thread made for each job would share its parent's core at first.

typedef struct peers_team peers_team;

#define PEERS_TEAM_THREADS 2

// NULL where the system gives no threads. With one core only, both share it.
peers_team *peers_team_new(void);

// Calls job(context, 0) and job(context, 1) at the same time, and returns when both have.
void peers_team_run(peers_team *team, void (*job)(void *context, size_t part), void *context);

void peers_team_free(peers_team *team);

// Hashes `count` nodes of 64 bytes through the ledger's engine, half of them on each thread, in
// levels that a core's own cache holds.
void peers_team_hash_nodes(peers_team *team, size_t count);

#endif
