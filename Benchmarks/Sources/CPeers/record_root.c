#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "records.h"

// The tree's root as its definition reads, leaf after leaf: SHA-256 by libcrypto, one message at a
// time. It shares nothing with the engine it judges.

typedef struct {
  EVP_MD_CTX *context;
  EVP_MD *algorithm;
} hasher;

static void hash(hasher *hasher, const uint8_t *bytes, size_t length, uint8_t *out) {
  if (EVP_DigestInit_ex(hasher->context, hasher->algorithm, NULL) != 1 ||
      EVP_DigestUpdate(hasher->context, bytes, length) != 1 ||
      EVP_DigestFinal_ex(hasher->context, out, NULL) != 1) {
    abort();
  }
}

typedef struct {
  uint8_t hash[32];
  size_t depth;   // bits of the path above it
  bool is_many;   // two leaves or more: hashed with its sibling even where that is empty
} node;

static bool bit(const uint8_t *path, size_t depth) {
  return path[depth / 8] >> (7 - depth % 8) & 1;
}

static void join(hasher *hasher, const uint8_t *left, const uint8_t *right, uint8_t *out) {
  uint8_t message[65] = {1};
  memcpy(message + 1, left, 32);
  memcpy(message + 33, right, 32);
  hash(hasher, message, sizeof message, out);
}

// Raises a subtree on the way to `path` to `depth`, over empty siblings.
static void raise_to(hasher *hasher, node *it, size_t depth, const uint8_t *path) {
  static const uint8_t empty[32];
  while (it->depth > depth) {
    it->depth--;
    if (!it->is_many) continue;
    bool is_right = bit(path, it->depth);
    join(hasher, is_right ? empty : it->hash, is_right ? it->hash : empty, it->hash);
  }
}

static void leaf(hasher *hasher, uint32_t index, uint8_t generation, uint8_t *path, node *out) {
  uint8_t key[PEERS_KEY_BYTES], value[PEERS_VALUE_BYTES], message[65] = {0};
  peers_record_key(index, key);
  peers_record_value(index, generation, value);
  hash(hasher, key, sizeof key, path);
  memcpy(message + 1, path, 32);
  hash(hasher, value, sizeof value, message + 33);
  hash(hasher, message, sizeof message, out->hash);
  out->depth = 256;
  out->is_many = false;
}

typedef struct {
  const uint32_t *order;
  const uint8_t *generations;
  size_t count, middle;
  node halves[2];
  bool is_there[2];
} job;

// How many leading bits two different paths share.
static size_t shared_bits(const uint8_t *a, const uint8_t *b) {
  size_t depth = 0;
  while (depth < 255 && bit(a, depth) == bit(b, depth)) depth++;
  return depth;
}

// The subtree of depth 1 over one half's leaves. Below it, `open` holds the left children that wait
// for their right ones, each deeper than the one before.
static void half(void *context, size_t part) {
  job *all = context;
  size_t from = part ? all->middle : 0, to = part ? all->count : all->middle;
  hasher sha = {EVP_MD_CTX_new(), EVP_MD_fetch(NULL, "SHA256", NULL)};
  if (!sha.context || !sha.algorithm) abort();
  node open[256], last = {0};
  size_t waiting = 0;
  uint8_t path[32], next_path[32];
  for (size_t i = from; i <= to && from < to; i++) {
    node next;
    if (i < to) leaf(&sha, all->order[i], all->generations[i], next_path, &next);
    // The last leaf's subtree ends where the next one's way parts from its own.
    size_t end = i == to ? 1 : i == from ? 0 : shared_bits(path, next_path) + 1;
    while (i > from && waiting > 0 && open[waiting - 1].depth > end) {
      node *left = &open[--waiting];
      raise_to(&sha, &last, left->depth, path);
      join(&sha, left->hash, last.hash, last.hash);
      last.depth--;
      last.is_many = true;
    }
    if (i > from) raise_to(&sha, &last, end, path);
    if (i > from && i < to) open[waiting++] = last;
    if (i < to) {
      last = next;
      memcpy(path, next_path, 32);
    }
  }
  all->halves[part] = last;
  all->is_there[part] = from < to;
  EVP_MD_free(sha.algorithm);
  EVP_MD_CTX_free(sha.context);
}

// Where the paths that begin with a set bit begin.
static size_t middle(const uint32_t *order, size_t count) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t at = (low + high) / 2;
    uint8_t path[32];
    peers_record_paths(order + at, 1, path);
    if (bit(path, 0)) {
      high = at;
    } else {
      low = at + 1;
    }
  }
  return low;
}

void peers_record_root(peers_team *team, const uint32_t *order, const uint8_t *generations,
                       size_t count, uint8_t *out) {
  job all = {.order = order, .generations = generations, .count = count};
  all.middle = middle(order, count);
  peers_team_run(team, half, &all);
  static const uint8_t empty[32];
  const node *left = &all.halves[0], *right = &all.halves[1];
  bool is_left = all.is_there[0], is_right = all.is_there[1];
  if (is_left != is_right && !(is_left ? left : right)->is_many) {
    memcpy(out, is_left ? left->hash : right->hash, 32);
    return;
  }
  hasher sha = {EVP_MD_CTX_new(), EVP_MD_fetch(NULL, "SHA256", NULL)};
  if (!sha.context || !sha.algorithm) abort();
  join(&sha, is_left ? left->hash : empty, is_right ? right->hash : empty, out);
  if (!is_left && !is_right) memset(out, 0, 32);
  EVP_MD_free(sha.algorithm);
  EVP_MD_CTX_free(sha.context);
}
