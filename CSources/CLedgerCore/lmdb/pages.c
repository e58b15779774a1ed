#include "pages.h"

#include "page.h"
#include "transaction.h"

#define KEY_BYTES 8u
// A node with its key.
#define KEYED_BYTES (PAGE_NODE_BYTES + KEY_BYTES)

int lmdb_pages_open(cl_lmdb_txn *txn, uint32_t database, lmdb_pages *out) {
  MDB_envinfo info;
  MDB_stat stat;
  MDB_val record;
  int code = mdb_env_info(mdb_txn_env(txn->txn), &info);
  if (code == 0) code = mdb_stat(txn->txn, database, &stat);
  // "Database names are keys in the unnamed database, and may be read but not written": the
  // value is where its pages begin.
  if (code == 0) code = lmdb_database_record(txn, database, &record);
  if (code != 0) return code;
  if (record.mv_size != PAGE_DATABASE_BYTES) return CL_LMDB_CORRUPTED;
  const uint8_t *const bytes = record.mv_data;
  out->depth = page_u16(bytes + 6);
  out->root = page_u64(bytes + 40);
  out->last_page = info.me_last_pgno;
  out->page_bytes = stat.ms_psize;
  if ((page_u16(bytes + 4) & DATABASE_INTEGER_KEYS) == 0) return CL_LMDB_CORRUPTED;
  if (out->depth > PAGE_DEPTH_MAX || (out->depth == 0) != (out->root == PAGE_NONE)) {
    return CL_LMDB_CORRUPTED;
  }
  // The map begins as many pages below this one as its number says. Pages of the file are
  // pages of the memory (cl_lmdb_open).
  const uint8_t *const page = bytes - ((uintptr_t)bytes & (out->page_bytes - 1));
  if (page_number(page) > out->last_page) return CL_LMDB_CORRUPTED;
  out->map = page - page_number(page) * out->page_bytes;
  return CL_LMDB_OK;
}

// One of the searches that go on side by side: entries low ..< high of a page are still in
// question, whose keys lie between `from` and `to`.
typedef struct {
  const uint8_t *page;
  uint64_t from, to;
  unsigned low, high, probe;
} search;

// Probes of a page that go where an even spread of keys would have theirs; further ones halve what
// is left, whatever the keys are.
#define GUESSES 4u

static const uint8_t *page_at(const lmdb_pages *pages, uint64_t number) {
  return number <= pages->last_page ? pages->map + number * pages->page_bytes : NULL;
}

static void fetch_page(const uint8_t *page) {
  __builtin_prefetch(page);
  __builtin_prefetch(page + 64);
}

// A node with an integer key; NULL where it would reach out of its page.
static const uint8_t *keyed_node(const lmdb_pages *pages, const uint8_t *page, unsigned i) {
  const unsigned at = page_node(page, i);
  return at <= pages->page_bytes - KEYED_BYTES ? page + at : NULL;
}

static uint64_t node_key(const uint8_t *node) { return page_u64(node + PAGE_NODE_BYTES); }

// Chooses the entry that a search looks at next. Keys are the beginnings of hashes, spread evenly:
// most often it is the one that is sought, or stands beside it.
static void choose_probe(search *s, uint64_t key, unsigned seen) {
  const unsigned entries = s->high - s->low;
  if (entries == 0) return;
  s->probe = s->low + entries / 2;
  if (seen >= GUESSES || key <= s->from || key >= s->to || entries == 1) return;
  // As many bits as leave room for a count of entries.
  const unsigned shift = (unsigned)(64 - __builtin_clzll(s->to - s->from));
  const unsigned spare = shift > 32 ? shift - 32 : 0;
  const uint64_t span = ((s->to - s->from) >> spare) + 1;
  s->probe = s->low + (unsigned)((((key - s->from) >> spare) * entries) / span);
}

static void fetch_probe(const search *s) {
  if (s->low < s->high) __builtin_prefetch(s->page + page_node(s->page, s->probe));
}

// Fetches what stands beside a guess, too: a search that goes on alone has nothing else to do while
// it waits, and most often ends there.
#define BESIDE 2u

static void fetch_beside(const search *s) {
  const unsigned first = s->probe > s->low + BESIDE ? s->probe - BESIDE : s->low;
  const unsigned end = s->high - s->probe > BESIDE ? s->probe + BESIDE + 1 : s->high;
  for (unsigned i = first; i < end; i++) __builtin_prefetch(s->page + page_node(s->page, i));
}

// Ends every search of a level at the first entry whose key is above (branches) or not below
// (leaves) its own.
static int search_level(const lmdb_pages *pages, const uint64_t *keys, search *searches,
                        size_t count, int is_branch) {
  if (count == 1) {
    fetch_beside(&searches[0]);
  } else {
    for (size_t i = 0; i < count; i++) fetch_probe(&searches[i]);
  }
  int is_open = 1;
  for (unsigned seen = 1; is_open; seen++) {
    is_open = 0;
    for (size_t i = 0; i < count; i++) {
      search *const s = &searches[i];
      if (s->low >= s->high) continue;
      const uint8_t *const node = keyed_node(pages, s->page, s->probe);
      if (node == NULL) return CL_LMDB_CORRUPTED;
      const uint64_t key = node_key(node);
      if (key < keys[i] || (is_branch && key == keys[i])) {
        s->low = s->probe + 1;
        s->from = key;
      } else {
        s->high = s->probe;
        s->to = key;
      }
      choose_probe(s, keys[i], seen);
      fetch_probe(s);
      is_open |= s->low < s->high;
    }
  }
  return CL_LMDB_OK;
}

// Goes from branches to the children that the searches ended at.
static int descend(const lmdb_pages *pages, search *searches, lmdb_place *places,
                   size_t count) {
  for (size_t i = 0; i < count; i++) {
    search *const s = &searches[i];
    const unsigned child = s->low - 1;
    if (child + 1 < page_node_count(s->page)) {
      const uint8_t *const next = keyed_node(pages, s->page, child + 1);
      if (next == NULL) return CL_LMDB_CORRUPTED;
      places[i].has_next = 1;
      places[i].next = node_key(next);
    }
    // The first node of a branch has no key.
    const unsigned at = page_node(s->page, child);
    if (at > pages->page_bytes - PAGE_NODE_BYTES) return CL_LMDB_CORRUPTED;
    s->page = page_at(pages, node_child(s->page + at));
    if (s->page == NULL) return CL_LMDB_CORRUPTED;
    fetch_page(s->page);
  }
  return CL_LMDB_OK;
}

// Begins the searches of a level; branches have two entries at least, of which the first is
// below all keys. What lies between `from` and `to` a level above does so below it.
static int begin_level(const lmdb_pages *pages, const uint64_t *keys, search *searches,
                       size_t count, int is_branch) {
  for (size_t i = 0; i < count; i++) {
    search *const s = &searches[i];
    const uint64_t number = (uint64_t)(s->page - pages->map) / pages->page_bytes;
    if (!page_is_sound(s->page, number, is_branch ? PAGE_BRANCH : PAGE_LEAF,
                       pages->page_bytes)) {
      return CL_LMDB_CORRUPTED;
    }
    s->low = is_branch ? 1 : 0;
    s->high = page_node_count(s->page);
    if (s->high < 1) return CL_LMDB_CORRUPTED;
    s->probe = s->low;
    choose_probe(s, keys[i], 0);
    // Where the node begins stands in a line of its own.
    __builtin_prefetch(s->page + PAGE_HEAD_BYTES + 2 * s->probe);
  }
  return CL_LMDB_OK;
}

// Entries that are wanted next, most often, of a few lines each.
#define ENTRIES_AHEAD 4

static void fetch_entries(const lmdb_place *place) {
  for (unsigned i = place->at; i < place->count && i < place->at + ENTRIES_AHEAD; i++) {
    const uint8_t *const node = place->leaf + page_node(place->leaf, i);
    __builtin_prefetch(node);
    __builtin_prefetch(node + 64);
  }
}

// lmdb_pages_seek without fetching what is found.
static int seek(const lmdb_pages *pages, const uint64_t *keys, size_t count,
                lmdb_place *places) {
  search searches[LMDB_SEEK_MAX];
  memset(places, 0, count * sizeof *places);
  if (pages->depth == 0) return CL_LMDB_OK;
  const uint8_t *const root = page_at(pages, pages->root);
  if (root == NULL) return CL_LMDB_CORRUPTED;
  for (size_t i = 0; i < count; i++) {
    searches[i].page = root;
    searches[i].from = 0;
    searches[i].to = UINT64_MAX;
  }
  int code = CL_LMDB_OK;
  for (unsigned level = pages->depth; level-- > 0 && code == CL_LMDB_OK;) {
    code = begin_level(pages, keys, searches, count, level > 0);
    if (code == CL_LMDB_OK) code = search_level(pages, keys, searches, count, level > 0);
    if (code == CL_LMDB_OK && level > 0) code = descend(pages, searches, places, count);
  }
  for (size_t i = 0; i < count && code == CL_LMDB_OK; i++) {
    places[i].leaf = searches[i].page;
    places[i].at = searches[i].low;
    places[i].count = page_node_count(searches[i].page);
  }
  return code;
}

int lmdb_pages_seek(const lmdb_pages *pages, const uint64_t *keys, size_t count,
                    lmdb_place *places) {
  const int code = seek(pages, keys, count, places);
  if (code != CL_LMDB_OK || pages->depth == 0) return code;
  for (size_t i = 0; i < count; i++) fetch_entries(&places[i]);
  return code;
}

int lmdb_pages_get(const lmdb_pages *pages, uint64_t key, MDB_val *value) {
  lmdb_place place;
  int code = seek(pages, &key, 1, &place);
  if (code != CL_LMDB_OK) return code;
  // Behind a leaf's last entry: what the next leaf has is above the key.
  if (place.at >= place.count) return CL_LMDB_NOT_FOUND;
  uint64_t found;
  code = lmdb_pages_entry(pages, &place, &found, value);
  return code == CL_LMDB_OK && found != key ? CL_LMDB_NOT_FOUND : code;
}

// A value that has pages of its own.
static int big_value(const lmdb_pages *pages, const uint8_t *data, size_t length,
                     MDB_val *value) {
  const uint64_t number = page_u64(data);
  const uint8_t *const page = page_at(pages, number);
  if (page == NULL || page_number(page) != number || page_flags(page) != PAGE_OVERFLOW) {
    return CL_LMDB_CORRUPTED;
  }
  const uint64_t count = page_overflow_count(page);
  if (count == 0 || count - 1 > pages->last_page - number ||
      length > count * pages->page_bytes - PAGE_HEAD_BYTES) {
    return CL_LMDB_CORRUPTED;
  }
  *value = (MDB_val){length, (void *)(uintptr_t)(page + PAGE_HEAD_BYTES)};
  return CL_LMDB_OK;
}

int lmdb_pages_entry(const lmdb_pages *pages, lmdb_place *place, uint64_t *key,
                     MDB_val *value) {
  if (place->leaf == NULL) return CL_LMDB_NOT_FOUND;
  while (place->at >= place->count) {
    if (!place->has_next) return CL_LMDB_NOT_FOUND;
    const uint64_t next = place->next;
    const int code = lmdb_pages_seek(pages, &next, 1, place);
    if (code != CL_LMDB_OK) return code;
    // So that it ends, whatever is written there.
    if (place->has_next && place->next <= next) return CL_LMDB_CORRUPTED;
  }
  const uint8_t *const node = keyed_node(pages, place->leaf, place->at);
  if (node == NULL || node_key_bytes(node) != KEY_BYTES) return CL_LMDB_CORRUPTED;
  const uint8_t *const data = node + KEYED_BYTES;
  const size_t length = node_data_bytes(node);
  const size_t room = pages->page_bytes - (size_t)(data - place->leaf);
  *key = node_key(node);
  switch (node_flags(node)) {
    case 0:
      if (length > room) return CL_LMDB_CORRUPTED;
      *value = (MDB_val){length, (void *)(uintptr_t)data};
      return CL_LMDB_OK;
    case NODE_BIG_DATA:
      return room < sizeof(uint64_t) ? CL_LMDB_CORRUPTED
                                     : big_value(pages, data, length, value);
    default:
      return CL_LMDB_CORRUPTED;
  }
}
