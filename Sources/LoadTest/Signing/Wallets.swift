import Dispatch
import LedgerCore
import Synchronization

/// The accounts of a run: keys derived when they are first needed, and the sequences used.
struct Wallets {
  private let accounts: LoadAccounts
  private let part: LoadGenerator.Plan.Part
  /// By place in this worker's share.
  private var keys: [SigningKey?]
  /// Nil until it was asked for, or a first one was used.
  private var sequences: [UInt64?]
  /// By place: the home author's index; 0 where nobody asks.
  private var homes: [UInt8]
  private let members: Int

  /// - Parameter members: of the validator set, to know home authors; 1 when they do not matter.
  init(_ accounts: LoadAccounts, part: LoadGenerator.Plan.Part, count: Int, members: Int) {
    self.accounts = accounts
    self.part = part
    self.members = max(1, members)
    keys = Array(repeating: nil, count: count)
    sequences = Array(repeating: nil, count: count)
    homes = Array(repeating: 0, count: count)
  }

  var count: Int { keys.count }

  /// The account's index among all load accounts.
  func index(_ place: Int) -> Int { part.index + place * part.count }

  /// The place of an account that this worker has.
  func place(ofAccount index: Int) -> Int? {
    let offset = index - part.index
    guard offset >= 0, offset % part.count == 0, offset / part.count < count else { return nil }
    return offset / part.count
  }

  /// Nil until it was derived.
  func key(_ place: Int) -> SigningKey? { keys[place] }

  func home(_ place: Int) -> Int { Int(homes[place]) }

  /// The next sequence of an account.
  mutating func takeSequence(_ place: Int) -> UInt64 {
    let next = (sequences[place] ?? 0) + 1
    sequences[place] = next
    return next
  }

  /// Those of these places whose sequence is not known, each once and in order: an account may have
  /// been derived as a recipient long before it sends.
  func unread(_ places: some Sequence<Int>) -> [Int] {
    Set(places.filter { sequences[$0] == nil }).sorted()
  }

  /// The highest sequence an account has used.
  mutating func set(sequence: UInt64, _ place: Int) { sequences[place] = sequence }

  /// Derives the keys that are not known yet, on all cores.
  mutating func derive(_ places: some Sequence<Int>) {
    var seen: Set<Int> = []
    let missing = places.filter { keys[$0] == nil && seen.insert($0).inserted }
    guard !missing.isEmpty else { return }
    let made = Parallel.map(missing.count, piece: 64) { [accounts, members, self] number in
      let key = accounts.key(index(missing[number]))
      let home = key.map { members > 1 ? Self.home($0.publicKey, members) : 0 }
      return (key, UInt8(clamping: home ?? 0))
    }
    for (place, pair) in zip(missing, made) {
      keys[place] = pair.0
      homes[place] = pair.1
    }
  }

  /// The home author: SHA-256 of the sender, read as a big-endian integer, modulo the members
  /// (protocol, dissemination).
  static func home(_ sender: PublicKey, _ members: Int) -> Int {
    let hash = SHA256.hash(AccountID(sender).bytes.array)
    return (0..<32).reduce(0) { ($0 << 8 | Int(hash.bytes[$1])) % members }
  }
}

/// Computing on all cores.
enum Parallel {
  /// The results for 0 ..< `count`, in order; each core takes pieces of them.
  static func map<Result: Sendable>(
    _ count: Int, piece: Int, _ body: @Sendable (Int) -> Result
  ) -> [Result] {
    guard count > 0 else { return [] }
    let pieces = (count + piece - 1) / piece
    let results = Mutex([[Result]](repeating: [], count: pieces))
    DispatchQueue.concurrentPerform(iterations: pieces) { number in
      let range = (number * piece)..<min(count, (number + 1) * piece)
      let part = range.map(body)
      results.withLock { $0[number] = part }
    }
    return results.withLock { Array($0.joined()) }
  }
}
