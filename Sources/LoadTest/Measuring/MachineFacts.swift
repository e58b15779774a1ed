import Foundation

/// What this machine is, and what it uses.
public enum MachineFacts {
  /// The report's description of this machine.
  static func describe(software: String, engines: String) -> LoadReport.Machine {
    var machine = LoadReport.Machine()
    machine.processor = field("model name", in: "/proc/cpuinfo") ?? "unknown"
    machine.cores = ProcessInfo.processInfo.activeProcessorCount
    machine.memoryBytes = ProcessInfo.processInfo.physicalMemory
    machine.system = ProcessInfo.processInfo.operatingSystemVersionString
    if let kernel = text("/proc/sys/kernel/osrelease") { machine.system += ", kernel " + kernel }
    machine.software = software
    machine.engines = engines
    machine.began = UInt64(Date.now.timeIntervalSince1970 * 1_000)
    return machine
  }

  /// Seconds of all cores at work and of all cores together, since the machine's start; nil where
  /// the kernel does not tell.
  public static func cores() -> (busy: Double, all: Double)? {
    guard let line = text("/proc/stat")?.split(separator: "\n").first else { return nil }
    let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
    guard ticks.count == 8 else { return nil }
    let all = ticks.reduce(0, +)
    // Idle and waiting for the disk.
    return ((all - ticks[3] - ticks[4]) / 100, all / 100)
  }

  /// What the processor packages have used, in joules, by their own meter (Intel's and AMD's RAPL
  /// through the kernel's powercap); nil where there is none, or it may not be read.
  public static func joules() -> Double? {
    let folder = "/sys/class/powercap"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    // Packages only: `intel-rapl:0`, and not the parts inside of them, `intel-rapl:0:1`.
    let packages = names.filter { $0.split(separator: ":").count == 2 }.sorted()
    let values = packages.compactMap { text("\(folder)/\($0)/energy_uj").flatMap(Double.init) }
    return values.isEmpty ? nil : values.reduce(0, +) / 1e6
  }

  private static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  private static func field(_ name: String, in path: String) -> String? {
    // The files of the kernel have no length beforehand.
    guard let handle = FileHandle(forReadingAtPath: path),
      let data = try? handle.readToEnd()
    else { return nil }
    return String(decoding: data, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix(name) }
      .flatMap { $0.split(separator: ":", maxSplits: 1).last }
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
