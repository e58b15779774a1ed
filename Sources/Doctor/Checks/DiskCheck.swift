import Foundation
import NodeRuntime

/// Room, speed and kind of the disk that holds a home.
struct DiskCheck {
  let home: NodeHome
  let store: NodeConfiguration.Store
  /// The block interval, milliseconds.
  let interval: UInt64?
  let isTest: Bool

  func run() -> [Finding] {
    var notes = Notes("disk")
    kind(&notes)
    room(&notes)
    speed(&notes)
    return notes.findings
  }

  private func kind(_ notes: inout Notes) {
    guard let found = ProcessFiles.fileSystem(of: home.path) else { return }
    let place = "\(home.path) is on \(found.type) (mounted at \(found.mount))"
    switch found.type {
    case "tmpfs", "ramfs":
      let advice = "everything is lost when the machine stops: use a disk"
      if isTest { notes.warning(place, advice) } else { notes.problem(place, advice) }
    case "nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "glusterfs", "fuse.sshfs", "fuse.glusterfs":
      notes.problem(place, "locks and memory maps do not hold across a network: use a local disk")
    case "overlay", "aufs":
      notes.warning(place, "it goes with the container: mount a volume there")
    default: notes.ok(place)
    }
  }

  private func room(_ notes: inout Notes) {
    var found = statvfs()
    guard unsafe statvfs(home.path, &found) == 0 else { return }
    let free = UInt64(found.f_bavail) &* UInt64(found.f_frsize)
    let freeMiB = free >> 20
    let least = UInt64(store.freeDiskMinMiB)
    if freeMiB < least {
      notes.problem(
        "\(freeMiB) MiB are free, below store.free-disk-min-mib = \(least)",
        "make room: the node stops below it")
    } else if freeMiB < UInt64(store.freeDiskWarnMiB) {
      notes.warning(
        "\(freeMiB) MiB are free, below store.free-disk-warn-mib = \(store.freeDiskWarnMiB)",
        "make room soon; below \(least) MiB the node stops")
    } else {
      notes.ok("\(freeMiB) MiB are free")
    }
    if found.f_favail < 1_000, found.f_files > 0 {
      notes.problem("\(found.f_favail) files can still be made", "the disk is out of inodes")
    }
    guard let growth = growth(), freeMiB >= least else { return }
    let days = Double(free - (least << 20)) / max(1, growth.bytesPerDay)
    let rate =
      "data/ has \(growth.bytes >> 20) MiB and grows by "
      + "\(Int(growth.bytesPerDay) >> 20) MiB a day"
    if days < Double(Thresholds.daysLeftProblem) {
      notes.problem("\(rate): full in \(Int(days)) days", "add disk now")
    } else if days < Double(Thresholds.daysLeftWarning) {
      notes.warning("\(rate): full in \(Int(days)) days", "add disk")
    } else {
      notes.ok("\(rate): room for \(days > 3_650 ? "years" : "\(Int(days)) days")")
    }
  }

  /// Allocated bytes of data/, and how fast they came, since the data folder's lock was made.
  private func growth() -> (bytes: UInt64, bytesPerDay: Double)? {
    let files = FileManager.default
    guard let walker = files.enumerator(atPath: home.data) else { return nil }
    var bytes: UInt64 = 0
    while let name = walker.nextObject() as? String {
      var status = stat()
      guard unsafe lstat(home.data + "/" + name, &status) == 0 else { continue }
      bytes += UInt64(max(0, status.st_blocks)) * 512
    }
    // The mark of the first start, or the genesis document where there is none.
    let marks = [home.path + "/keys/watermark.made", home.genesis]
    let born = marks.compactMap { path in
      try? files.attributesOfItem(atPath: path)[.modificationDate] as? Date
    }.first
    guard let born else { return nil }
    let seconds = Date.now.timeIntervalSince(born)
    guard seconds >= Double(Thresholds.growthSecondsMin) else { return nil }
    return (bytes, Double(bytes) * 86_400 / seconds)
  }

  private func speed(_ notes: inout Notes) {
    guard let times = SyncTimes.measure(in: home.path) else {
      return notes.problem(
        "no file can be written in \(home.path)", "run it as the node's user; see the disk's state")
    }
    let text =
      "a durable write takes \(times.median) µs (median of \(times.count)), worst "
      + "\(times.worst) µs"
    let perBlock = times.median * Thresholds.syncsPerBlock
    if let interval, perBlock > interval * 1_000 / 4 {
      notes.problem(text, "too slow for blocks every \(interval) ms: use an SSD")
    } else if times.median > Thresholds.syncWarningMicroseconds {
      notes.warning(text, "slow: use an SSD with power-loss protection, and nothing else on it")
    } else {
      notes.ok(text)
    }
  }
}

/// How long the disk takes to make small writes durable.
struct SyncTimes {
  let count: Int
  /// Microseconds.
  let median: UInt64
  let worst: UInt64

  /// Writes a file of a few pages in a folder, and removes it. Nil when it cannot.
  static func measure(in folder: String) -> SyncTimes? {
    let path = "\(folder)/doctor.\(getpid()).tmp"
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return nil }
    defer {
      close(descriptor)
      unsafe unlink(path)
    }
    let page = [UInt8](repeating: 0xEC, count: Thresholds.syncBytes)
    var times: [UInt64] = []
    let clock = ContinuousClock()
    for number in 0..<Thresholds.syncs {
      let start = clock.now
      let written = unsafe page.withUnsafeBytes {
        unsafe pwrite(descriptor, $0.baseAddress, $0.count, off_t(number * $0.count))
      }
      guard written == page.count, fdatasync(descriptor) == 0 else { return nil }
      let spent = (clock.now - start).components
      times.append(
        UInt64(spent.seconds) * 1_000_000 + UInt64(spent.attoseconds / 1_000_000_000_000))
    }
    times.sort()
    return SyncTimes(
      count: times.count, median: times[times.count / 2], worst: times[times.count - 1])
  }
}
