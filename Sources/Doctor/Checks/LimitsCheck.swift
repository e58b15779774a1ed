import NodeRuntime

/// What the system lets the process use: those of the running node, else of this shell.
struct LimitsCheck {
  let configuration: NodeConfiguration
  let process: Int32?

  func run() -> [Finding] {
    var notes = Notes("limits")
    let whose = process.map { "process \($0)" } ?? "this shell"
    descriptors(whose, &notes)
    if let cores = ProcessFiles.limit("Max core file size", of: process), cores > 0 {
      notes.warning(
        "\(whose) may write core files", "they would hold keys: LimitCORE=0, or `ulimit -c 0`")
    } else {
      notes.ok("\(whose) writes no core files")
    }
    let files: UInt64 = configuration.store.history ? 2 : 1
    let map = (files * UInt64(configuration.store.stateMapGiB) + 4) << 30
    if let space = ProcessFiles.limit("Max address space", of: process), space < map {
      notes.problem(
        "\(whose) has \(space >> 30) GiB of address space, \(map >> 30) GiB are mapped",
        "lift the limit (`ulimit -v unlimited`), or lower store.state-map-gib")
    }
    memory(&notes)
    return notes.findings
  }

  private func descriptors(_ whose: String, _ notes: inout Notes) {
    // Two connections for each peer.
    let peers = 2 * (configuration.peers.known.count + configuration.peers.fullNodesMax)
    let needed = UInt64(configuration.api.connectionsMax + peers + Thresholds.descriptorsOther)
    guard let files = ProcessFiles.limit("Max open files", of: process) else { return }
    if files < needed {
      notes.problem(
        "\(whose) may open \(files) files; the settings allow for \(needed)",
        "LimitNOFILE=\(needed) or more, `ulimit -n`, or lower api.connections-max")
    } else {
      notes.ok("\(whose) may open \(files) files, \(needed) are allowed for")
    }
  }

  private func memory(_ notes: inout Notes) {
    guard let total = ProcessFiles.memoryMiB("MemTotal"),
      let available = ProcessFiles.memoryMiB("MemAvailable")
    else { return }
    let text = "\(available) MiB of memory are available, of \(total)"
    if available < Thresholds.memoryProblemMiB, process == nil {
      notes.problem(text, "a node needs \(Thresholds.memoryProblemMiB) MiB at least to start")
    } else if total < Thresholds.memoryWarningMiB {
      notes.warning(text, "give the machine \(Thresholds.memoryWarningMiB) MiB or more")
    } else {
      notes.ok(text)
    }
    if ProcessFiles.text("/proc/sys/vm/overcommit_memory")?.first == "2" {
      notes.warning(
        "vm.overcommit_memory = 2: memory that is only reserved counts as used",
        "set it to 0, or vm.overcommit_ratio high enough")
    }
  }
}
