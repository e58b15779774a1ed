// LMDB keeps the pages that a transaction has changed in a list sorted by number, and moves all
// entries above a new one. It takes free pages from its records of them one record after another,
// lowest number first: those left over by the transaction before, whose numbers are the highest,
// then those of the next record, from the bottom again. So each page taken from then on moves all
// that were left over. Asked first for more pages in a row than those left over have, LMDB merges
// the next record with them; it takes every page in ascending order then, and moves nothing.

#include "cl_lmdb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "transaction.h"

// LMDB's number of the database of free pages, and the bytes before a value in pages of its own.
#define FREE_DATABASE 0
#define PAGE_HEADER_BYTES 16
// How many rows of pages may be asked for, and how many pages they may have in all: LMDB takes
// memory for them, of which it writes the ends.
#define ROWS_MAX 32
#define ROWS_PAGES_MAX 16384
// Fewer pages are moved in no time.
#define PAGES_MIN 1024
// A record freed by far more than fits in a flush is left alone.
#define GATHERED_MAX ((size_t)1 << 24)

// Numbers of free pages, ascending.
typedef struct {
  size_t *numbers;
  size_t count, room;
} page_list;

// The longest rows of pages in a list, longest first.
typedef struct {
  size_t pages[ROWS_MAX];
  size_t count;
} longest_rows;

static size_t number_at(const MDB_val *record, size_t index) {
  size_t number;
  memcpy(&number, (const uint8_t *)record->mv_data + index * sizeof number, sizeof number);
  return number;
}

static int make_room(page_list *list, size_t more) {
  if (more <= list->room - list->count) return CL_LMDB_OK;
  const size_t room = 2 * (list->count + more);
  size_t *const grown = realloc(list->numbers, room * sizeof *grown);
  if (grown == NULL) return ENOMEM;
  list->numbers = grown;
  list->room = room;
  return CL_LMDB_OK;
}

// A record is its count and then its numbers, descending.
static size_t pages_in(const MDB_val *record) {
  const size_t whole = record->mv_size / sizeof(size_t);
  if (whole == 0) return 0;
  const size_t pages = number_at(record, 0);
  return pages < whole ? pages : whole - 1;
}

static int is_above(const MDB_val *record, const page_list *list) {
  const size_t pages = pages_in(record);
  return pages == 0 || list->count == 0 ||
         number_at(record, pages) > list->numbers[list->count - 1];
}

// Merges a record, for which there is room, into the list: from the top down.
static void merge(page_list *list, const MDB_val *record) {
  const size_t pages = pages_in(record);
  size_t old = list->count, new = 1, at = old + pages;
  list->count = at;
  while (new <= pages) {
    const size_t number = number_at(record, new);
    if (old > 0 && list->numbers[old - 1] > number) {
      list->numbers[--at] = list->numbers[--old];
    } else {
      list->numbers[--at] = number;
      new++;
    }
  }
}

static void add_row(longest_rows *rows, size_t pages) {
  size_t at = rows->count;
  if (at == ROWS_MAX) {
    if (rows->pages[ROWS_MAX - 1] >= pages) return;
    at--;
  } else {
    rows->count++;
  }
  while (at > 0 && rows->pages[at - 1] < pages) {
    rows->pages[at] = rows->pages[at - 1];
    at--;
  }
  rows->pages[at] = pages;
}

static longest_rows rows_of(const page_list *list) {
  longest_rows rows = {.count = 0};
  size_t pages = 0;
  for (size_t i = 0; i < list->count; i++) {
    pages++;
    if (i + 1 == list->count || list->numbers[i + 1] != list->numbers[i] + 1) {
      add_row(&rows, pages);
      pages = 0;
    }
  }
  return rows;
}

// Rows that LMDB cannot all find before it has read every record gathered.
typedef struct {
  size_t pages;  // in each
  size_t count;  // 0: there are none such
} wanted_rows;

static wanted_rows rows_wanted(const longest_rows *before, const longest_rows *all) {
  wanted_rows wanted = {0, 0};
  for (size_t i = 0; i < all->count; i++) {
    const size_t longest = i < before->count ? before->pages[i] : 0;
    if (all->pages[i] == longest) continue;
    wanted.pages = longest + 1 > 2 ? longest + 1 : 2;
    if (wanted.pages > all->pages[i]) continue;
    size_t found = 0;
    for (size_t k = 0; k < i; k++) found += before->pages[k] / wanted.pages;
    if (found < ROWS_MAX && found < ROWS_PAGES_MAX / wanted.pages) wanted.count = found + 1;
    break;
  }
  return wanted;
}

// Reads LMDB's records of free pages until they have `pages`: which rows make it read them, too.
static int plan(MDB_txn *reader, size_t pages, page_list *list, wanted_rows *out) {
  MDB_cursor *cursor;
  MDB_val id, record;
  longest_rows before = {.count = 0}, all = {.count = 0};
  int code = mdb_cursor_open(reader, FREE_DATABASE, &cursor);
  if (code != 0) return code;
  while (list->count < pages && (code = mdb_cursor_get(cursor, &id, &record, MDB_NEXT)) == 0) {
    // The pages that the last transaction freed are those that this reader sees.
    if (id.mv_size != sizeof(size_t) || number_at(&id, 0) >= mdb_txn_id(reader)) break;
    if (pages_in(&record) > GATHERED_MAX - list->count) break;
    if ((code = make_room(list, pages_in(&record))) != CL_LMDB_OK) break;
    const int is_in_order = is_above(&record, list);
    if (!is_in_order) before = rows_of(list);
    merge(list, &record);
    if (!is_in_order) all = rows_of(list);
  }
  mdb_cursor_close(cursor);
  *out = rows_wanted(&before, &all);
  return code == MDB_NOTFOUND ? CL_LMDB_OK : code;
}

// Has LMDB find the rows, and gives them back.
static int take_and_return(cl_lmdb_txn *txn, MDB_dbi database, const wanted_rows *rows) {
  MDB_stat stat;
  int code = mdb_stat(txn->txn, database, &stat);
  uint8_t name[] = {0, 0};
  MDB_val key = {sizeof name, name};
  for (; name[1] < rows->count && code == 0; name[1]++) {
    MDB_val value = {rows->pages * stat.ms_psize - PAGE_HEADER_BYTES, NULL};
    code = mdb_put(txn->txn, database, &key, &value, MDB_RESERVE | MDB_NOOVERWRITE);
  }
  for (name[1] = 0; name[1] < rows->count && code == 0; name[1]++) {
    code = mdb_del(txn->txn, database, &key, NULL);
  }
  return code;
}

int cl_lmdb_gather_free(cl_lmdb_txn *txn, uint32_t database, size_t pages) {
  cl_lmdb_txn *reader;
  page_list list = {NULL, 0, 0};
  wanted_rows rows;
  if (pages < PAGES_MIN) return CL_LMDB_OK;
  int code = cl_lmdb_begin_read_beside(txn, &reader);
  if (code != CL_LMDB_OK) return code;
  code = plan(reader->txn, pages, &list, &rows);
  free(list.numbers);
  cl_lmdb_end_read(reader);
  return code == CL_LMDB_OK ? take_and_return(txn, database, &rows) : code;
}
