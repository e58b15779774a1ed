/// Why words are no mnemonic, in terms of the words.
public enum MnemonicError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There are not 12, 15, 18, 21 or 24 of them.
  case wordCount(Int)
  /// A word is not on the list. `position` counts from 1; `nearest` are words of the list that are
  /// written alike, the likeliest first.
  case unknownWord(String, position: Int, nearest: [String])
  /// Every word is on the list, but they do not belong together: one is wrong, or two are swapped.
  /// `suspects` are the places where another word of the list makes them fit, the likeliest first;
  /// empty when no such word is written alike.
  case checksum(words: Int, suspects: [SuspectWord])
  /// More text than any mnemonic has.
  case tooLong(bytes: Int)
  case passphraseTooLong(bytes: Int)
  /// Entropy has 16, 20, 24, 28 or 32 bytes.
  case entropyLength(Int)

  public var description: String {
    switch self {
    case .wordCount(let count):
      "There are \(count) words; a mnemonic has 12 or 24 (or 15, 18, 21). "
        + "Is one missing, or written twice?"
    case .unknownWord(let word, let position, let nearest):
      "Word \(position), `\(word)`, is not on the list of words."
        + (nearest.isEmpty ? "" : " Perhaps: \(nearest.joined(separator: ", ")).")
    case .checksum(let words, let suspects):
      "All \(words) words are on the list, but they do not belong together: a word is wrong or two "
        + "are swapped. "
        + (suspects.isEmpty
          ? "Compare each with your backup, in order."
          : "Look first at \(suspects.map(\.description).joined(separator: "; ")); if that is not "
            + "it, compare each with your backup, in order.")
    case .tooLong(let bytes):
      "This is \(bytes) bytes of text; a mnemonic has at most \(WalletLimits.sentenceBytesMax)."
    case .passphraseTooLong(let bytes):
      "The mnemonic's passphrase has \(bytes) bytes in normal form; at most "
        + "\(WalletLimits.mnemonicPassphraseBytesMax) are accepted."
    case .entropyLength(let count):
      "A mnemonic stands for 16, 20, 24, 28 or 32 bytes of entropy, not \(count)."
    }
  }
}

/// A place in a mnemonic where another word of the list makes the checksum fit.
public struct SuspectWord: Hashable, Sendable, CustomStringConvertible {
  /// What may have happened at the place.
  public enum Slip: Hashable, Sendable {
    /// This word was meant.
    case meant(String)
    /// The word and the next one are swapped.
    case swappedWithNext(String)
  }

  /// Counts from 1.
  public let position: Int
  public let written: String
  public let slip: Slip

  public var description: String {
    switch slip {
    case .meant(let word): "word \(position), `\(written)` (perhaps `\(word)`)"
    case .swappedWithNext(let next):
      "words \(position) and \(position + 1), `\(written)` and `\(next)` (perhaps swapped)"
    }
  }
}
