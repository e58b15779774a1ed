import Synchronization

/// What one run knows of the accounts, for the next: keys that were derived and sequences that were
/// used, so that a hundred thousand accounts are asked for once.
public final class LoadMemory: Sendable {
  private let kept = Mutex<Wallets?>(nil)

  public init() {}

  func take() -> Wallets? { kept.withLock { $0 } }

  func keep(_ wallets: Wallets) { kept.withLock { $0 = wallets } }
}
