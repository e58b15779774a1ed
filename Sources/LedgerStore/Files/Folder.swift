import Glibc

/// A folder of files that are listed, renamed and removed durably.
struct Folder: Sendable {
  let path: String

  /// Makes the folder when it is missing, and its parents below `root`, durably.
  static func make(_ path: String) throws(StoreError) -> Folder {
    if unsafe mkdir(path, 0o700) == 0 {
      try Folder(path: parent(of: path)).sync()
    } else if errno == ENOENT, path != "/", path != "." {
      _ = try make(parent(of: path))
      return try make(path)
    } else if errno != EEXIST {
      throw StoreError(errno, "make folder", path)
    }
    return Folder(path: path)
  }

  static func parent(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.utf8.startIndex ? "/" : String(path[..<slash])
  }

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  func file(_ name: String) -> String { path + "/" + name }

  /// The names of the files in the folder, sorted bytewise.
  func names() throws(StoreError) -> [String] {
    guard let stream = unsafe opendir(path) else { throw StoreError(errno, "list", path) }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else { break }
      let name = unsafe withUnsafePointer(to: entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw StoreError(errno, "list", path) }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  func remove(_ name: String) throws(StoreError) {
    guard unsafe unlink(file(name)) == 0 else { throw StoreError(errno, "remove", file(name)) }
  }

  /// Removes the files in the folder; durable after `sync`.
  func removeAll() throws(StoreError) {
    for name in try names() { try remove(name) }
  }

  /// Puts a folder in another's place, which is empty or not there; both lie in this one. Durable.
  func replace(_ old: Folder, with new: Folder) throws(StoreError) {
    guard unsafe Glibc.rename(new.path, old.path) == 0 else {
      throw StoreError(errno, "rename", new.path)
    }
    try sync()
  }

  /// Gives a file its name; durable after `sync`.
  func rename(_ old: String, to new: String) throws(StoreError) {
    guard unsafe Glibc.rename(file(old), file(new)) == 0 else {
      throw StoreError(errno, "rename", file(old))
    }
  }

  /// Makes the folder's names durable.
  func sync() throws(StoreError) {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StoreError(errno, "open", path) }
    defer { _ = close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .syncFailed(path: path, code: errno) }
  }
}
