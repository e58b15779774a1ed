extension TestnetRun {
  /// Stops all nodes at once; one that does not end by itself, or ends with a fault, is a problem.
  func stopAll() async {
    let expected = nodes.indices.filter { nodes[$0].isRunning }
    let failed = await withTaskGroup(of: Int?.self) { group in
      for index in expected {
        let node = nodes[index]
        group.addTask { await node.stop() ? nil : index }
      }
      var failed: [Int] = []
      for await index in group { if let index { failed.append(index) } }
      return failed.sorted()
    }
    for index in failed {
      summary.problems.append(
        "\(name(index)) did not stop cleanly (status \(nodes[index].exitStatus ?? -1)).")
    }
  }

  /// Notices nodes that end by themselves.
  func guardNodes() async {
    var noticed: Set<Int> = []
    while !Task.isCancelled {
      for (index, node) in nodes.enumerated() where !node.isRunning {
        guard !down.contains(index), noticed.insert(index).inserted else { continue }
        let status = node.exitStatus ?? -1
        emit(.died(node: index, status: status))
        summary.problems.append(
          "\(name(index)) ended by itself (status \(status)); the end of its log:\n"
            + Self.tail(of: node.logPath))
      }
      try? await clock.sleep(for: .milliseconds(250))
    }
  }
}
