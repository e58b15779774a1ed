#define _GNU_SOURCE
#include "team.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cl_sha256.h"
#include "peers.h"

struct peers_team {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  void (*job)(void *context, size_t part);
  void *context;
  size_t round, working;
  bool is_ending;
  pthread_t threads[PEERS_TEAM_THREADS];
};

typedef struct {
  peers_team *team;
  size_t part;
} member;

static void *work(void *given) {
  member own = *(member *)given;
  free(given);
  peers_team *team = own.team;
  size_t round = 0;
  pthread_mutex_lock(&team->lock);
  peers_bind_to_core((int)own.part);
  for (;;) {
    while (team->round == round && !team->is_ending) {
      pthread_cond_wait(&team->changed, &team->lock);
    }
    if (team->is_ending) break;
    round = team->round;
    pthread_mutex_unlock(&team->lock);
    team->job(team->context, own.part);
    pthread_mutex_lock(&team->lock);
    if (--team->working == 0) pthread_cond_broadcast(&team->changed);
  }
  pthread_mutex_unlock(&team->lock);
  return NULL;
}

peers_team *peers_team_new(void) {
  peers_team *team = calloc(1, sizeof *team);
  if (!team) return NULL;
  pthread_mutex_init(&team->lock, NULL);
  pthread_cond_init(&team->changed, NULL);
  for (size_t i = 0; i < PEERS_TEAM_THREADS; i++) {
    member *own = malloc(sizeof *own);
    if (own) *own = (member){team, i};
    // A process without a second thread has no floor: its figures end, and it with them.
    if (!own || pthread_create(&team->threads[i], NULL, work, own) != 0) return NULL;
  }
  return team;
}

void peers_team_run(peers_team *team, void (*job)(void *context, size_t part), void *context) {
  pthread_mutex_lock(&team->lock);
  team->job = job;
  team->context = context;
  team->working = PEERS_TEAM_THREADS;
  team->round++;
  pthread_cond_broadcast(&team->changed);
  while (team->working > 0) pthread_cond_wait(&team->changed, &team->lock);
  pthread_mutex_unlock(&team->lock);
}

void peers_team_free(peers_team *team) {
  if (!team) return;
  pthread_mutex_lock(&team->lock);
  team->is_ending = true;
  pthread_cond_broadcast(&team->changed);
  pthread_mutex_unlock(&team->lock);
  for (size_t i = 0; i < PEERS_TEAM_THREADS; i++) pthread_join(team->threads[i], NULL);
  pthread_cond_destroy(&team->changed);
  pthread_mutex_destroy(&team->lock);
  free(team);
}

#define LEVEL_NODES 1024

static void hash_nodes(void *context, size_t part) {
  size_t left = (*(size_t *)context + part) / PEERS_TEAM_THREADS;
  uint8_t pairs[64 * LEVEL_NODES], out[32 * LEVEL_NODES];
  memset(pairs, (int)part, sizeof pairs);
  while (left > 0) {
    size_t level = left < LEVEL_NODES ? left : LEVEL_NODES;
    cl_sha256_inner_level(pairs, level, out);
    memcpy(pairs, out, 32);
    left -= level;
  }
}

void peers_team_hash_nodes(peers_team *team, size_t count) {
  peers_team_run(team, hash_nodes, &count);
}
