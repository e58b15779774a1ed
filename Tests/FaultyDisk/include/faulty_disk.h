#ifndef FAULTY_DISK_H
#define FAULTY_DISK_H

// A disk that fails at a chosen system call, for the crash tests of the store.
//
// The executable that links this defines write, pwrite, fsync and so on itself, so its own calls
// and those of the libraries it loads (LMDB) come here. In a child made by faulty_disk_fork, calls
// that change or sync what lies below a folder are counted, from 1, and one of them fails:
//
//   kill    the process is killed before the call
//   torn    the same, but a write has begun: its first bytes are on the disk
//   lost    the same as kill, and what no sync has covered is not on the disk
//   some    the same, and of what no sync has covered some is on the disk: pages of 4 KiB, file
//           sizes, the first of the names made or changed
//   eio     the call fails with EIO, and what it should have made durable is lost
//   enospc  the call fails with ENOSPC (a sync does not), and so does all that would need room,
//           until faulty_disk_relieve
//   short   the same, but a write first does half of its work
//
// Which bytes, pages and names, follows from a seed. A write through a descriptor with O_DSYNC or
// O_SYNC is durable when it returns. One thread only.

#ifdef __cplusplus
extern "C" {
#endif

// A child whose disk fails, at call `at` (0: never) by `act`. In the child, gives 0; its standard
// output goes to the file `output`. In the parent, which has one thread, waits for the child and
// gives its exit code, -1 when it was killed, or -2 when it could not be made.
int faulty_disk_fork(const char *root, const char *act, long at, unsigned long seed,
                     const char *output);
// Whether the disk has failed.
int faulty_disk_has_failed(void);
// Whether the call that failed was a sync.
int faulty_disk_is_sync(void);
// What the calls counted so far were, one letter each: w writes, r changes a size, s syncs,
// m makes a name, n changes one.
const char *faulty_disk_kinds(void);
// There is room on the disk again.
void faulty_disk_relieve(void);
// The power fails, if the way of failing is one that loses what is not synced; otherwise returns.
void faulty_disk_lose(void);

#ifdef __cplusplus
}
#endif

#endif
