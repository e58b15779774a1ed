import Synchronization

/// Lets a bounded number in at a time.
final class Turnstile: Sendable {
  private let placesMax: Int
  private let taken = Mutex(0)

  init(placesMax: Int) { self.placesMax = placesMax }

  /// False when all places are taken; who got in must `leave`.
  func enter() -> Bool {
    taken.withLock { taken in
      guard taken < placesMax else { return false }
      taken += 1
      return true
    }
  }

  func leave() { taken.withLock { $0 -= 1 } }
}
