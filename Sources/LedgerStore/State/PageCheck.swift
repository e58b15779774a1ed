import LedgerCore

/// Walks the pages of an LMDB file without LMDB, which trusts them: it has no page checksums, and
/// one changed byte in a page's head can lead it outside its memory. Run before a file of unknown
/// health is opened.
///
/// The format is LMDB 0.9's (data version 1) on 64-bit little-endian machines:
///
///     page     0 number u64 · 8 pad u16 · 10 flags u16 · 12 lower u16 · 14 upper u16 · 16 node
///              offsets, u16 each, up to `lower`; nodes from `upper` to the page's end
///              (overflow: 12 count of pages u32)
///     node     0 low u16 · 2 high u16 · 4 flags u16 · 6 key size u16 · 8 key, then data
///     database 0 pad u32 · 4 flags u16 · 6 depth u16 · 8 branch, 16 leaf, 24 overflow pages u64
///              · 32 entries u64 · 40 root u64
///     meta     16 magic u32 · 20 version u32 · 32 map size u64 · 40 free and 88 main database
///              · 136 last page u64 · 144 transaction u64
struct PageCheck {
  private static let headBytes = 16
  private static let nodeBytes = 8
  private static let databaseBytes = 48
  private static let noPage = UInt64.max
  private static let depthMax = 32

  private enum Flag {
    static let branch = 1
    static let leaf = 2
    static let overflow = 4
    static let bigData = 1
    static let subDatabase = 2
    static let integerKeys = 8
  }

  private struct Database {
    let hasIntegerKeys: Bool
    let depth: Int
    let branchPages: UInt64
    let leafPages: UInt64
    let overflowPages: UInt64
    let entries: UInt64
    let root: UInt64

    init(_ page: Page, at offset: Int) {
      hasIntegerKeys = page.u16(offset + 4) & Flag.integerKeys != 0
      depth = page.u16(offset + 6)
      branchPages = page.u64(offset + 8)
      leafPages = page.u64(offset + 16)
      overflowPages = page.u64(offset + 24)
      entries = page.u64(offset + 32)
      root = page.u64(offset + 40)
    }
  }

  private struct Page {
    let number: UInt64
    let bytes: [UInt8]

    func u16(_ offset: Int) -> Int { Int(bytes[offset]) | Int(bytes[offset + 1]) << 8 }
    func u32(_ offset: Int) -> Int { u16(offset) | u16(offset + 2) << 16 }
    func u64(_ offset: Int) -> UInt64 {
      (0..<8).reversed().reduce(0) { $0 << 8 | UInt64(bytes[offset + $1]) }
    }
    var flags: Int { u16(10) }
    var nodeCount: Int { (u16(12) - PageCheck.headBytes) / 2 }
  }

  private struct Counts {
    /// What every key has; nil: of any size.
    var keyBytes: Int?
    var branch: UInt64 = 0
    var leaf: UInt64 = 0
    var overflow: UInt64 = 0
    var entries: UInt64 = 0
    var databases: [Database] = []
  }

  private let file: File
  private let path: String
  private let pageBytes: Int
  private var lastPage: UInt64 = 0
  /// Pages met: none belongs to two parents, so no walk is endless.
  private var seen: [Bool] = []

  /// Checks everything the newest commit refers to.
  ///
  /// - Throws: `damaged`, naming the first page whose structure is not right. What records and
  ///   entries hold is not looked at.
  static func run(_ path: String) throws(StoreError) {
    var check = try PageCheck(path)
    try check.walk()
  }

  private init(_ path: String) throws(StoreError) {
    self.path = path
    file = try File(path, .read)
    let head = try file.read(count: 4096, at: 0)
    guard head.count == 4096 else { throw Self.damage(path, 0) }
    // The page size stands in the free database's pad.
    pageBytes = Page(number: 0, bytes: head).u32(40)
    guard (512...32768).contains(pageBytes), pageBytes.nonzeroBitCount == 1 else {
      throw Self.damage(path, 0)
    }
  }

  private static func damage(_ path: String, _ page: UInt64) -> StoreError {
    .damaged(StoreDamage(.statePage(path: path, page: page), .badLayout))
  }

  private mutating func walk() throws(StoreError) {
    let metas = [try read(0), try read(1)]
    for meta in metas {
      // LMDB takes the page size from the newer one.
      guard meta.u32(16) == 0xBEEF_C0DE, meta.u32(20) == 1, meta.u16(10) & 8 != 0,
        meta.u32(40) == pageBytes
      else { throw Self.damage(path, meta.number) }
    }
    let meta = metas[0].u64(144) >= metas[1].u64(144) ? metas[0] : metas[1]
    lastPage = meta.u64(136)
    let pages = try file.size() / UInt64(pageBytes)
    // Pages at the end may have been taken and never written; not many.
    guard lastPage >= 1, lastPage < pages + 1 << 20 else { throw Self.damage(path, meta.number) }
    seen = Array(repeating: false, count: Int(lastPage) + 1)
    let free = try walk(Database(meta, at: 40), meta.number)
    guard free.databases.isEmpty else { throw Self.damage(path, meta.number) }
    let main = try walk(Database(meta, at: 88), meta.number)
    for database in main.databases {
      let inner = try walk(database, meta.number)
      guard inner.databases.isEmpty else { throw Self.damage(path, database.root) }
    }
  }

  /// Reads a page; the caller has checked its number.
  private func read(_ number: UInt64) throws(StoreError) -> Page {
    let bytes = try file.read(count: pageBytes, at: number * UInt64(pageBytes))
    guard bytes.count == pageBytes else { throw Self.damage(path, number) }
    return Page(number: number, bytes: bytes)
  }

  private mutating func claim(_ number: UInt64, _ parent: UInt64) throws(StoreError) {
    guard number > 1, number <= lastPage, !seen[Int(number)] else {
      throw Self.damage(path, parent)
    }
    seen[Int(number)] = true
  }

  private mutating func walk(_ database: Database, _ parent: UInt64) throws(StoreError) -> Counts {
    var counts = Counts(keyBytes: database.hasIntegerKeys ? 8 : nil)
    if database.root != Self.noPage {
      guard (1...Self.depthMax).contains(database.depth) else { throw Self.damage(path, parent) }
      try walk(database.root, parent, depth: database.depth, &counts)
    }
    guard
      counts.branch == database.branchPages, counts.leaf == database.leafPages,
      counts.overflow == database.overflowPages, counts.entries == database.entries
    else { throw Self.damage(path, parent) }
    return counts
  }

  private mutating func walk(
    _ number: UInt64, _ parent: UInt64, depth: Int, _ counts: inout Counts
  ) throws(StoreError) {
    try claim(number, parent)
    let page = try read(number)
    let isLeaf = depth == 1
    guard page.u64(0) == number, page.flags == (isLeaf ? Flag.leaf : Flag.branch),
      page.u16(12) >= Self.headBytes, page.u16(12) % 2 == 0, page.u16(12) <= page.u16(14),
      page.u16(14) <= pageBytes
    else { throw Self.damage(path, number) }
    if isLeaf { counts.leaf += 1 } else { counts.branch += 1 }
    for index in 0..<page.nodeCount {
      let node = page.u16(Self.headBytes + 2 * index)
      guard node >= page.u16(14), node + Self.nodeBytes <= pageBytes else {
        throw Self.damage(path, number)
      }
      let low = page.u32(node)
      let end = node + Self.nodeBytes + page.u16(node + 6)
      guard end <= pageBytes else { throw Self.damage(path, number) }
      // A branch's first key is not written.
      if let keyBytes = counts.keyBytes, isLeaf || index > 0 {
        guard page.u16(node + 6) == keyBytes else { throw Self.damage(path, number) }
      }
      if isLeaf {
        try leaf(page, flags: page.u16(node + 4), data: end, size: low, &counts)
      } else {
        let child = UInt64(low) | UInt64(page.u16(node + 4)) << 32
        try walk(child, number, depth: depth - 1, &counts)
      }
    }
  }

  private mutating func leaf(
    _ page: Page, flags: Int, data: Int, size: Int, _ counts: inout Counts
  ) throws(StoreError) {
    counts.entries += 1
    switch flags {
    case Flag.bigData:
      guard data + 8 <= pageBytes else { throw Self.damage(path, page.number) }
      try overflow(page.u64(data), page.number, size: size, &counts)
    case Flag.subDatabase:
      guard size == Self.databaseBytes, data + size <= pageBytes else {
        throw Self.damage(path, page.number)
      }
      counts.databases.append(Database(page, at: data))
    case 0:
      guard data + size <= pageBytes else { throw Self.damage(path, page.number) }
    default: throw Self.damage(path, page.number)
    }
  }

  private mutating func overflow(
    _ first: UInt64, _ parent: UInt64, size: Int, _ counts: inout Counts
  ) throws(StoreError) {
    try claim(first, parent)
    let page = try read(first)
    let count = UInt64(page.u32(12))
    guard page.u64(0) == first, page.flags == Flag.overflow, count >= 1,
      first + count - 1 <= lastPage,
      UInt64(size) <= count * UInt64(pageBytes) - UInt64(Self.headBytes)
    else { throw Self.damage(path, first) }
    for number in first + 1..<first + count { try claim(number, parent) }
    counts.overflow += count
  }
}
