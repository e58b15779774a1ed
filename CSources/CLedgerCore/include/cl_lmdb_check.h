#ifndef CL_LMDB_CHECK_H
#define CL_LMDB_CHECK_H

#include <stdint.h>

#include "cl_lmdb.h"

#ifdef __cplusplus
extern "C" {
#endif

// Checks the pages of an LMDB file without LMDB, which trusts them: it has no page checksums,
// and one changed byte can lead it outside its memory, or have it write over what is in use.
// For a file of unknown health, before it is opened.
//
// All that the newest commit refers to is read: heads and nodes of branches and leaves; the
// order of keys, in a page and from page to page; large values' pages; the counts that each
// database keeps of itself; and the lists of free pages. No page belongs to two of them. What
// keys and values mean is not looked at. Databases have sorted keys, or integer keys of 8
// bytes, and no duplicates; there are at most CL_LMDB_DATABASES_MAX beside LMDB's own.
//
// Memory: a bit for each page of the file, and some 8 MiB.
//
// `descriptor` is the file, open for reading; nobody writes to it meanwhile. CL_LMDB_OK;
// CL_LMDB_CORRUPTED, with the page that is damaged, or refers to what cannot be, in *page; or
// an errno (ENOMEM).
int cl_lmdb_check(int descriptor, uint64_t *page);

#ifdef __cplusplus
}
#endif

#endif
