import CLedgerCore

/// Checks the pages of an LMDB file without LMDB, which trusts them: it has no page checksums, and
/// one changed byte in a page's head can lead it outside its memory. Run before a file of unknown
/// health is opened.
enum PageCheck {
  /// Checks everything the newest commit refers to, as `cl_lmdb_check` says, in one pass over the
  /// file: half a second for 10 million records that the system's cache holds.
  ///
  /// - Throws: `damaged`, naming the first page found whose structure is not right. What records
  ///   and entries hold is not looked at.
  static func run(_ path: String) throws(StoreError) {
    let file = try File(path, .read)
    var page: UInt64 = 0
    let code = file.withDescriptor { unsafe cl_lmdb_check($0, &page) }
    switch code {
    case CL_LMDB_OK: return
    case CL_LMDB_CORRUPTED:
      throw .damaged(StoreDamage(.statePage(path: path, page: page), .badLayout))
    default: throw StoreError(code, "read", path)
    }
  }
}
