import CLedgerCore

extension StateLayer {
  /// Calls the body with layers as the engine takes them.
  static func withPointers<Result>(
    _ layers: ArraySlice<StateLayer>, _ found: [cl_state_layer],
    _ body: (UnsafeBufferPointer<cl_state_layer>) -> Result
  ) -> Result {
    guard let layer = layers.first else {
      return unsafe found.withUnsafeBufferPointer { unsafe body($0) }
    }
    return unsafe layer.paths.withUnsafeBytes { paths in
      unsafe layer.hashes.withUnsafeBytes { hashes in
        let next = unsafe cl_state_layer(
          paths: paths.baseAddress?.assumingMemoryBound(to: UInt8.self),
          hashes: hashes.baseAddress?.assumingMemoryBound(to: UInt8.self), count: layer.count)
        return unsafe withPointers(layers.dropFirst(), found + [next], body)
      }
    }
  }
}
