/// What happened when, in slices of a second; longer ones once a run is longer than ten minutes.
public struct LoadTimeline: Sendable {
  /// One slice.
  public struct Slice: Sendable {
    public var offered = 0
    public var accepted = 0
    /// By the time of the block's certificate.
    public var final = 0
    public var rejected = 0
    /// Of the transactions that were due in it.
    public var latency = LatencyHistogram()
  }

  static let slicesMax = 600

  public private(set) var slices: [Slice] = []
  public private(set) var seconds = 1.0

  /// Changes the slice of a moment, nanoseconds after the start.
  mutating func at(_ moment: UInt64, _ change: (inout Slice) -> Void) {
    var index = Int(Double(moment) / 1e9 / seconds)
    while index >= Self.slicesMax {
      halve()
      index = Int(Double(moment) / 1e9 / seconds)
    }
    while slices.count <= index { slices.append(Slice()) }
    change(&slices[index])
  }

  private mutating func halve() {
    seconds *= 2
    slices = stride(from: 0, to: slices.count, by: 2).map { first in
      var slice = slices[first]
      if first + 1 < slices.count { slice.add(slices[first + 1]) }
      return slice
    }
  }

  /// Takes over a worker's, whose clock was compared.
  mutating func merge(_ other: LoadTimeline) {
    for (index, slice) in other.slices.enumerated() {
      at(UInt64((Double(index) + 0.5) * other.seconds * 1e9)) { $0.add(slice) }
    }
  }
}

extension LoadTimeline.Slice {
  fileprivate mutating func add(_ other: LoadTimeline.Slice) {
    offered += other.offered
    accepted += other.accepted
    final += other.final
    rejected += other.rejected
    latency.merge(other.latency)
  }
}
