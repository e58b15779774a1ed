#define _GNU_SOURCE
#include "cl_lmdb_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "check_nodes.h"

// Each tree is walked down to the branches above its leaves. These branches are held, with the
// numbers of their leaves; when there are many, the leaves are read in the order of the file,
// neighbours in one call, and checked against the keys that lead to them.

// Of held branches, and of leaves that wait.
#define HELD_BYTES ((size_t)4 << 20)
#define WAITING_MAX ((size_t)1 << 17)
// Leaves are read through this.
#define BUFFER_BYTES ((size_t)1 << 19)
// Pages between two leaves that are read along: that is quicker than another call.
#define GAP_PAGES_MAX 2
// How far ahead the disk is told what is needed, and up to which gap between two leaves it
// reads all of it: that is quicker than to seek.
#define AHEAD_BYTES ((uint64_t)16 << 20)
#define AHEAD_GAP_BYTES ((uint64_t)1 << 17)
// Pages that were taken and never written, at the end of the file.
#define UNWRITTEN_PAGES_MAX ((uint64_t)1 << 20)
// Lists of free pages that are values of their own pages are read through this.
#define LIST_WORDS 1024

#define META_BYTES 152

typedef struct {
  int has_integer_keys;
  uint64_t depth, branch_pages, leaf_pages, overflow_pages, entries, root;
} database;

// A branch whose children are leaves.
typedef struct {
  unsigned low_length, high_length;
  uint8_t has_low, has_high;
  uint8_t low[PAGE_KEY_BYTES_MAX], high[PAGE_KEY_BYTES_MAX];
  uint8_t page[];
} held_branch;

typedef struct {
  uint64_t number;
  uint32_t parent, index;
} waiting_leaf;

typedef enum { FREE_PAGES, NAMES, NAMED } role;

typedef struct {
  int descriptor;
  unsigned page_bytes;
  uint64_t file_bytes, last_page, transaction;
  uint64_t *claimed;  // a bit for each page
  // The database that is walked, and what was met in it.
  role role;
  int has_integer_keys;
  uint64_t branch_pages, leaf_pages, overflow_pages, entries;
  database named[CL_LMDB_DATABASES_MAX];
  size_t named_count;
  uint8_t *above;  // the pages from the root down to what is walked, one a level
  uint8_t *held;
  size_t held_count, held_max;
  waiting_leaf *waiting;
  size_t waiting_count;
  uint8_t *buffer;
  uint64_t damaged_page;
} check;

static int damage(check *c, uint64_t page) {
  c->damaged_page = page;
  return CL_LMDB_CORRUPTED;
}

// Reads `length` bytes of a page and those behind it, of which `done` are there; the first page
// that is not there whole is damaged.
static int read_rest(check *c, uint64_t number, size_t length, size_t done, uint8_t *out) {
  while (done < length) {
    const ssize_t count = pread(c->descriptor, out + done, length - done,
                                (off_t)(number * c->page_bytes + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    if (count == 0) return damage(c, number + done / c->page_bytes);
    done += (size_t)count;
  }
  return CL_LMDB_OK;
}

static int read_pages(check *c, uint64_t number, size_t length, uint8_t *out) {
  return read_rest(c, number, length, 0, out);
}

// A page belongs to whoever claims it first; what refers to it again is damaged.
static int claim(check *c, uint64_t number, uint64_t parent) {
  if (number < 2 || number > c->last_page) return damage(c, parent);
  uint64_t *const word = &c->claimed[number / 64];
  const uint64_t bit = UINT64_C(1) << number % 64;
  if (*word & bit) return damage(c, parent);
  *word |= bit;
  return CL_LMDB_OK;
}

// A list of free pages, as far as it was seen: their number, then themselves, descending; there
// may be room behind.
typedef struct {
  int has_count;
  uint64_t left, above;
} free_list;

static int take_free_pages(check *c, free_list *list, const uint8_t *words, size_t count,
                           size_t words_left, uint64_t parent) {
  for (size_t i = 0; i < count; i++) {
    const uint64_t word = page_u64(words + 8 * i);
    if (!list->has_count) {
      if (word > words_left - 1) return damage(c, parent);
      *list = (free_list){1, word, UINT64_MAX};
      continue;
    }
    if (list->left == 0) break;
    if (word >= list->above) return damage(c, parent);
    const int code = claim(c, word, parent);
    if (code != CL_LMDB_OK) return code;
    list->above = word;
    list->left--;
  }
  return CL_LMDB_OK;
}

static int read_free_pages(check *c, uint64_t first, size_t length, uint64_t parent) {
  uint8_t words[8 * LIST_WORDS];
  free_list list = {0};
  const size_t count = length / 8;
  for (size_t i = 0; i < count;) {
    const size_t part = count - i < LIST_WORDS ? count - i : LIST_WORDS;
    const uint64_t at = first * c->page_bytes + PAGE_HEAD_BYTES + 8 * (uint64_t)i;
    const ssize_t got = pread(c->descriptor, words, 8 * part, (off_t)at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if ((size_t)got != 8 * part) return damage(c, first);
    const int code = take_free_pages(c, &list, words, part, count - i, parent);
    if (code != CL_LMDB_OK) return code;
    i += part;
  }
  return CL_LMDB_OK;
}

// A value in pages of its own.
static int check_overflow(check *c, uint64_t first, size_t length, uint64_t parent) {
  int code = claim(c, first, parent);
  uint8_t head[PAGE_HEAD_BYTES];
  if (code == CL_LMDB_OK) code = read_pages(c, first, sizeof head, head);
  if (code != CL_LMDB_OK) return code;
  const uint64_t count = page_overflow_count(head);
  if (page_number(head) != first || page_flags(head) != PAGE_OVERFLOW || count < 1 ||
      count - 1 > c->last_page - first || first + count > c->file_bytes / c->page_bytes ||
      length > count * c->page_bytes - PAGE_HEAD_BYTES) {
    return damage(c, first);
  }
  for (uint64_t i = 1; i < count; i++) {
    code = claim(c, first + i, parent);
    if (code != CL_LMDB_OK) return code;
  }
  c->overflow_pages += count;
  return c->role == FREE_PAGES ? read_free_pages(c, first, length, parent) : CL_LMDB_OK;
}

static int read_database(const uint8_t *at, database *out) {
  const unsigned flags = page_u16(at + 4);
  *out = (database){(flags & DATABASE_INTEGER_KEYS) != 0, page_u16(at + 6), page_u64(at + 8),
                    page_u64(at + 16), page_u64(at + 24), page_u64(at + 32),
                    page_u64(at + 40)};
  return (flags & ~DATABASE_INTEGER_KEYS) == 0;
}

// What a leaf's node holds, where that is not plain data.
static int check_value(check *c, const uint8_t *node, uint64_t number) {
  const unsigned key_bytes = node_key_bytes(node);
  const uint8_t *const data = node + PAGE_NODE_BYTES + key_bytes;
  const size_t length = node_data_bytes(node);
  const unsigned flags = node_flags(node);
  if (c->role == FREE_PAGES) {
    // Which commit freed them (0 is LMDB's for none), and whole words.
    const uint64_t commit = page_u64(node + PAGE_NODE_BYTES);
    if (commit < 1 || commit > c->transaction || length < 8 || length % 8 != 0) {
      return damage(c, number);
    }
    free_list list = {0};
    if (flags == 0) return take_free_pages(c, &list, data, length / 8, length / 8, number);
  }
  if (flags == NODE_BIG_DATA) return check_overflow(c, page_u64(data), length, number);
  if (flags == 0) return CL_LMDB_OK;
  if (flags != NODE_DATABASE || c->role != NAMES || length != PAGE_DATABASE_BYTES ||
      c->named_count == CL_LMDB_DATABASES_MAX ||
      !read_database(data, &c->named[c->named_count])) {
    return damage(c, number);
  }
  c->named_count++;
  return CL_LMDB_OK;
}

static int check_leaf(check *c, const uint8_t *page, uint64_t number, check_key low,
                      check_key high) {
  const check_bounds bounds = {number, c->page_bytes, 1, c->has_integer_keys, low, high};
  unsigned flags;
  if (!check_nodes(page, &bounds, &flags)) return damage(c, number);
  const unsigned count = page_node_count(page);
  if (count == 0) return damage(c, number);
  c->leaf_pages++;
  c->entries += count;
  if (flags == 0 && c->role != FREE_PAGES) return CL_LMDB_OK;
  for (unsigned i = 0; i < count; i++) {
    const int code = check_value(c, page + page_node(page, i), number);
    if (code != CL_LMDB_OK) return code;
  }
  return CL_LMDB_OK;
}

static size_t held_bytes(const check *c) {
  return (sizeof(held_branch) + c->page_bytes + 7) & ~(size_t)7;
}

static held_branch *held_at(const check *c, size_t i) {
  return (held_branch *)(void *)(c->held + i * held_bytes(c));
}

// The keys between which those below node i of a branch are.
static check_key low_of(const uint8_t *page, unsigned i, check_key low) {
  return i == 0 ? low : check_key_of(page, i);
}

static check_key high_of(const uint8_t *page, unsigned i, check_key high) {
  return i + 1 == page_node_count(page) ? high : check_key_of(page, i + 1);
}

static int check_waiting_leaf(check *c, const waiting_leaf *leaf, const uint8_t *page) {
  const held_branch *const parent = held_at(c, leaf->parent);
  const check_key low = {parent->has_low ? parent->low : NULL, parent->low_length};
  const check_key high = {parent->has_high ? parent->high : NULL, parent->high_length};
  return check_leaf(c, page, leaf->number, low_of(parent->page, leaf->index, low),
                    high_of(parent->page, leaf->index, high));
}

static int by_number(const void *a, const void *b) {
  const uint64_t x = ((const waiting_leaf *)a)->number, y = ((const waiting_leaf *)b)->number;
  return (x > y) - (x < y);
}

// In the order of the file, as a state that was loaded at once has them.
static void sort_waiting(check *c) {
  for (size_t i = 1; i < c->waiting_count; i++) {
    if (c->waiting[i].number > c->waiting[i - 1].number) continue;
    qsort(c->waiting, c->waiting_count, sizeof *c->waiting, by_number);
    return;
  }
}

// Reads into the buffer what of some pages need not come from the disk; how many bytes.
static size_t read_cached(const check *c, uint64_t first, size_t length) {
  const struct iovec room = {c->buffer, length};
  const ssize_t count =
      preadv2(c->descriptor, &room, 1, (off_t)(first * c->page_bytes), RWF_NOWAIT);
  return count < 0 ? 0 : (size_t)count;
}

static void will_need(const check *c, uint64_t first, uint64_t count) {
  (void)posix_fadvise(c->descriptor, (off_t)(first * c->page_bytes),
                      (off_t)(count * c->page_bytes), POSIX_FADV_WILLNEED);
}

// Lets the disk begin with the leaves from `next` on, as far as AHEAD_BYTES behind leaf i; the
// first of which it was not told yet.
static size_t read_ahead(const check *c, size_t i, size_t next) {
  const uint64_t ahead = AHEAD_BYTES / c->page_bytes, gap = AHEAD_GAP_BYTES / c->page_bytes;
  const uint64_t from = c->waiting[i].number;
  if (next < i) next = i;
  // Half of it at a time: few calls.
  if (next == c->waiting_count || c->waiting[next].number >= from + ahead / 2) return next;
  while (next < c->waiting_count && c->waiting[next].number < from + ahead) {
    const uint64_t first = c->waiting[next].number;
    uint64_t end = first + 1;
    for (next++; next < c->waiting_count && c->waiting[next].number < from + ahead; next++) {
      if (c->waiting[next].number > end + gap) break;
      end = c->waiting[next].number + 1;
    }
    will_need(c, first, end - first);
  }
  return next;
}

// Checks the leaves that wait.
static int check_waiting(check *c) {
  sort_waiting(c);
  const size_t run_pages_max = BUFFER_BYTES / c->page_bytes;
  size_t i = 0, told = 0;
  while (i < c->waiting_count) {
    const uint64_t first = c->waiting[i].number;
    uint64_t last = first;
    size_t end = i + 1;
    for (; end < c->waiting_count; end++) {
      const uint64_t number = c->waiting[end].number;
      if (number - first >= run_pages_max || number - last > 1 + GAP_PAGES_MAX) break;
      last = number;
    }
    const size_t length = (size_t)(last - first + 1) * c->page_bytes;
    const size_t cached = read_cached(c, first, length);
    if (cached < length) told = read_ahead(c, i, told);
    int code = read_rest(c, first, length, cached, c->buffer);
    for (; i < end && code == CL_LMDB_OK; i++) {
      const waiting_leaf *const leaf = &c->waiting[i];
      code = check_waiting_leaf(c, leaf, c->buffer + (leaf->number - first) * c->page_bytes);
    }
    if (code != CL_LMDB_OK) return code;
  }
  c->held_count = 0;
  c->waiting_count = 0;
  return CL_LMDB_OK;
}

static void hold_key(check_key key, uint8_t *has, uint8_t *bytes, unsigned *length) {
  *has = key.bytes != NULL;
  *length = key.length;
  if (*has) memcpy(bytes, key.bytes, key.length);
}

// Reads a branch, and checks it but for its children.
static int read_branch(check *c, uint64_t number, check_key low, check_key high,
                       uint8_t *page) {
  const int code = read_pages(c, number, c->page_bytes, page);
  if (code != CL_LMDB_OK) return code;
  const check_bounds bounds = {number, c->page_bytes, 0, c->has_integer_keys, low, high};
  unsigned flags;
  if (!check_nodes(page, &bounds, &flags)) return damage(c, number);
  // LMDB stops at a branch of one child, but in its own lists while they change.
  if (page_node_count(page) < (c->role == FREE_PAGES ? 1 : 2)) return damage(c, number);
  c->branch_pages++;
  return CL_LMDB_OK;
}

// Holds a branch whose children are leaves, which wait then.
static int hold(check *c, uint64_t number, check_key low, check_key high) {
  const size_t children_max = c->page_bytes / (PAGE_NODE_BYTES + 2);
  if (c->held_count == c->held_max || WAITING_MAX - c->waiting_count < children_max) {
    const int code = check_waiting(c);
    if (code != CL_LMDB_OK) return code;
  }
  held_branch *const held = held_at(c, c->held_count);
  hold_key(low, &held->has_low, held->low, &held->low_length);
  hold_key(high, &held->has_high, held->high, &held->high_length);
  int code = read_branch(c, number, low, high, held->page);
  const unsigned count = code == CL_LMDB_OK ? page_node_count(held->page) : 0;
  for (unsigned i = 0; i < count && code == CL_LMDB_OK; i++) {
    const uint64_t child = node_child(held->page + page_node(held->page, i));
    code = claim(c, child, number);
    c->waiting[c->waiting_count++] = (waiting_leaf){child, (uint32_t)c->held_count, i};
  }
  c->held_count++;
  return code;
}

// Walks what is below a page that was claimed; leaves have depth 1. No deeper than
// PAGE_DEPTH_MAX.
static int walk(check *c, uint64_t number, unsigned depth, check_key low, check_key high) {
  if (depth == 2) return hold(c, number, low, high);
  uint8_t *const page = c->above + (size_t)(depth - 1) * c->page_bytes;
  if (depth == 1) {
    const int code = read_pages(c, number, c->page_bytes, page);
    return code != CL_LMDB_OK ? code : check_leaf(c, page, number, low, high);
  }
  int code = read_branch(c, number, low, high, page);
  const unsigned count = code == CL_LMDB_OK ? page_node_count(page) : 0;
  for (unsigned i = 0; i < count && code == CL_LMDB_OK; i++) {
    const uint64_t child = node_child(page + page_node(page, i));
    code = claim(c, child, number);
    if (code == CL_LMDB_OK) will_need(c, child, 1);
  }
  for (unsigned i = 0; i < count && code == CL_LMDB_OK; i++) {
    code = walk(c, node_child(page + page_node(page, i)), depth - 1, low_of(page, i, low),
                high_of(page, i, high));
  }
  return code;
}

// `parent` is the page that holds the database's own head.
static int check_database(check *c, const database *d, role role, uint64_t parent) {
  c->role = role;
  c->has_integer_keys = d->has_integer_keys;
  c->branch_pages = c->leaf_pages = c->overflow_pages = c->entries = 0;
  if (d->root != PAGE_NONE) {
    if (d->depth < 1 || d->depth > PAGE_DEPTH_MAX) return damage(c, parent);
    const check_key none = {NULL, 0};
    int code = claim(c, d->root, parent);
    if (code == CL_LMDB_OK) code = walk(c, d->root, (unsigned)d->depth, none, none);
    if (code == CL_LMDB_OK) code = check_waiting(c);
    if (code != CL_LMDB_OK) return code;
  } else if (d->depth != 0) {
    return damage(c, parent);
  }
  const int are_counts_right = c->branch_pages == d->branch_pages &&
                               c->leaf_pages == d->leaf_pages &&
                               c->overflow_pages == d->overflow_pages && c->entries == d->entries;
  return are_counts_right ? CL_LMDB_OK : damage(c, parent);
}

static int is_meta_right(const check *c, const uint8_t *meta) {
  // LMDB takes the page size from the newer one.
  return page_u32(meta + 16) == 0xBEEFC0DE && page_u32(meta + 20) == 1 &&
         (page_flags(meta) & PAGE_META) != 0 && page_u32(meta + 40) == c->page_bytes;
}

// Reads both meta pages; *out is the newer one, and *number its own.
static int read_metas(check *c, uint8_t out[META_BYTES], uint64_t *number) {
  uint8_t metas[2][META_BYTES];
  c->page_bytes = META_BYTES;
  int code = read_pages(c, 0, META_BYTES, metas[0]);
  if (code != CL_LMDB_OK) return code;
  // The page size stands in the free pages' database, where others have padding.
  const uint32_t page_bytes = page_u32(metas[0] + 40);
  if (page_bytes < PAGE_BYTES_MIN || page_bytes > PAGE_BYTES_MAX ||
      (page_bytes & (page_bytes - 1)) != 0) {
    return damage(c, 0);
  }
  c->page_bytes = page_bytes;
  if (c->file_bytes < 2 * (uint64_t)page_bytes) return damage(c, c->file_bytes / page_bytes);
  code = read_pages(c, 1, META_BYTES, metas[1]);
  if (code != CL_LMDB_OK) return code;
  for (int i = 0; i < 2; i++) {
    if (!is_meta_right(c, metas[i])) return damage(c, (uint64_t)i);
  }
  *number = page_u64(metas[0] + 144) >= page_u64(metas[1] + 144) ? 0 : 1;
  memcpy(out, metas[*number], META_BYTES);
  // LMDB opens what is newer, and then begins with the page that its number calls for.
  return page_u64(out + 144) % 2 == *number ? CL_LMDB_OK : damage(c, *number);
}

static int make_room(check *c) {
  c->held_max = HELD_BYTES / held_bytes(c);
  c->claimed = calloc((size_t)(c->last_page / 64 + 1), sizeof *c->claimed);
  c->above = malloc((size_t)PAGE_DEPTH_MAX * c->page_bytes);
  c->held = malloc(c->held_max * held_bytes(c));
  c->waiting = malloc(WAITING_MAX * sizeof *c->waiting);
  c->buffer = malloc(BUFFER_BYTES);
  return c->claimed == NULL || c->above == NULL || c->held == NULL || c->waiting == NULL ||
                 c->buffer == NULL
             ? ENOMEM
             : CL_LMDB_OK;
}

static int check_databases(check *c, const uint8_t *meta, uint64_t number) {
  database free_pages, names;
  // Flags beyond these would have LMDB map the file at an address of its own choice.
  if (!read_database(meta + 40, &free_pages) || !free_pages.has_integer_keys ||
      !read_database(meta + 88, &names) || names.has_integer_keys) {
    return damage(c, number);
  }
  int code = check_database(c, &names, NAMES, number);
  const size_t named_count = c->named_count;
  for (size_t i = 0; i < named_count && code == CL_LMDB_OK; i++) {
    code = check_database(c, &c->named[i], NAMED, number);
  }
  // At last, so that it is a list that is damaged if it names a page in use.
  return code != CL_LMDB_OK ? code : check_database(c, &free_pages, FREE_PAGES, number);
}

int cl_lmdb_check(int descriptor, uint64_t *page) {
  check c = {.descriptor = descriptor};
  uint8_t meta[META_BYTES];
  uint64_t number = 0;
  struct stat status;
  *page = 0;
  if (fstat(descriptor, &status) != 0) return errno;
  c.file_bytes = (uint64_t)status.st_size;
  int code = read_metas(&c, meta, &number);
  if (code == CL_LMDB_OK) {
    c.last_page = page_u64(meta + 136);
    c.transaction = page_u64(meta + 144);
    if (c.last_page < 1 ||
        c.last_page >= c.file_bytes / c.page_bytes + UNWRITTEN_PAGES_MAX) {
      code = damage(&c, number);
    }
  }
  if (code == CL_LMDB_OK) code = make_room(&c);
  if (code == CL_LMDB_OK) code = check_databases(&c, meta, number);
  free(c.claimed);
  free(c.above);
  free(c.held);
  free(c.waiting);
  free(c.buffer);
  *page = c.damaged_page;
  return code;
}
