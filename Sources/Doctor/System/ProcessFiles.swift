import Foundation

/// What the kernel's files under /proc say. All of it is read only.
enum ProcessFiles {
  static func text(_ path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    return String(decoding: data, as: UTF8.self)
  }

  /// The process that holds a `flock(2)` on a file, without trying the lock; 0 when it is one of
  /// another PID namespace.
  static func lockHolder(of path: String) -> Int32? {
    var status = stat()
    guard unsafe stat(path, &status) == 0, let locks = text("/proc/locks") else { return nil }
    let major = UInt64(status.st_dev) >> 8 & 0xFFF | UInt64(status.st_dev) >> 32 & ~0xFFF
    let minor = UInt64(status.st_dev) & 0xFF | UInt64(status.st_dev) >> 12 & ~0xFF
    for line in locks.split(separator: "\n") {
      // 1: FLOCK  ADVISORY  WRITE 9562 fe:00:16220305 0 EOF
      let words = line.split(separator: " ")
      guard words.count >= 6, words[1] == "FLOCK", words[3] == "WRITE" else { continue }
      let place = words[5].split(separator: ":")
      guard place.count == 3, UInt64(place[0], radix: 16) == major,
        UInt64(place[1], radix: 16) == minor, UInt64(place[2]) == UInt64(status.st_ino)
      else { continue }
      return max(0, Int32(words[4]) ?? 0)
    }
    return holderByDescriptor(of: path, locks)
  }

  /// On file systems of layers and subvolumes the kernel's list names another device than `stat`:
  /// there a process that holds locks, and has this very file open, is taken for its holder.
  private static func holderByDescriptor(of path: String, _ locks: String) -> Int32? {
    let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    for line in locks.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count >= 6, words[1] == "FLOCK", words[3] == "WRITE",
        let process = Int32(words[4]), process > 0, links(of: process).contains(path)
      else { continue }
      return process
    }
    return nil
  }

  /// What a process's descriptors are open on; none when they may not be seen.
  private static func links(of process: Int32) -> [String] {
    let folder = "/proc/\(process)/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap {
      try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + $0)
    }
  }

  /// A soft limit of a process by its name in /proc/PID/limits; `.max` for unlimited.
  static func limit(_ name: String, of process: Int32?) -> UInt64? {
    let path = "/proc/\(process.map { "\($0)" } ?? "self")/limits"
    guard let line = text(path)?.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
      let soft = line.dropFirst(name.count).split(separator: " ").first
    else { return nil }
    return soft == "unlimited" ? .max : UInt64(soft)
  }

  /// The type of the file system that holds a path, and where it is mounted.
  static func fileSystem(of path: String) -> (type: String, mount: String)? {
    guard let table = text("/proc/self/mountinfo") else { return nil }
    let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    var best: (type: String, mount: String)?
    for line in table.split(separator: "\n") {
      // … MOUNT-POINT OPTIONS … - TYPE SOURCE …; blanks of a path are \040.
      let halves = line.components(separatedBy: " - ")
      let words = halves[0].split(separator: " ")
      guard halves.count > 1, words.count > 4, let type = halves[1].split(separator: " ").first
      else { continue }
      let mount = words[4].replacing("\\040", with: " ")
      let isAbove = mount == "/" || path == mount || path.hasPrefix(mount + "/")
      if isAbove, mount.count >= best?.mount.count ?? 0 { best = (String(type), String(mount)) }
    }
    return best
  }

  /// A number of /proc/meminfo, MiB.
  static func memoryMiB(_ name: String) -> UInt64? {
    let line = text("/proc/meminfo")?.split(separator: "\n").first { $0.hasPrefix(name + ":") }
    let words = line?.split(separator: " ") ?? []
    return words.count > 1 ? UInt64(words[1]).map { $0 / 1_024 } : nil
  }

  /// Inodes of the sockets that listen on a TCP port.
  static func listeners(port: Int) -> Set<String> {
    var inodes: Set<String> = []
    for file in ["/proc/net/tcp", "/proc/net/tcp6"] {
      for line in (text(file) ?? "").split(separator: "\n").dropFirst() {
        let words = line.split(separator: " ")
        guard words.count > 9, words[3] == "0A",
          let digits = words[1].split(separator: ":").last, Int(digits, radix: 16) == port
        else { continue }
        inodes.insert(String(words[9]))
      }
    }
    return inodes
  }

  /// The process that holds one of these sockets, with its command line; nil when none may be seen.
  static func holder(of sockets: Set<String>) -> String? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    for process in names.compactMap({ Int32($0) }).sorted()
    where holds(sockets, process: process) == true {
      let command = (text("/proc/\(process)/cmdline") ?? "").split(separator: "\0")
        .joined(separator: " ")
      return "process \(process)" + (command.isEmpty ? "" : ": \(command.prefix(120))")
    }
    return nil
  }

  /// Whether a process holds one of these sockets; nil when its descriptors may not be seen.
  static func holds(_ inodes: Set<String>, process: Int32) -> Bool? {
    guard (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")) != nil
    else { return nil }
    return links(of: process).contains {
      $0.hasPrefix("socket:[") && inodes.contains(String($0.dropFirst(8).dropLast()))
    }
  }
}
