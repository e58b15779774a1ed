import LedgerCore
import Testing

@testable import Wallet

@Suite("Mnemonics")
struct MnemonicTests {
  /// What reading a sentence throws, or nil.
  private func error(_ sentence: String) -> MnemonicError? {
    do throws(MnemonicError) {
      _ = try Mnemonic(sentence: sentence)
      return nil
    } catch {
      return error
    }
  }

  private func hex(_ secret: borrowing SecretBytes) -> String {
    Hex.encode(secret.withBytes { span in unsafe span.withUnsafeBytes { unsafe Array($0) } })
  }

  @Test("entropy, words and seed are those of the published vectors, both ways")
  func english() throws {
    let vectors = try #require(try Vectors.mnemonics()["english"])
    #expect(vectors.count == 24)
    for vector in vectors {
      let entropy = try #require(Hex.decode(vector[0]))
      let made = try Mnemonic(entropy: entropy)
      #expect(made.sentence == vector[1])
      let read = try Mnemonic(sentence: vector[1])
      #expect(read.entropy == entropy)
      #expect(read.wordCount == vector[1].split(separator: " ").count)
      #expect(try hex(read.seed(passphrase: "TREZOR")) == vector[2])
    }
  }

  @Test("the seed of a sentence in any language is that of the published vectors")
  func languages() throws {
    let vectors = try Vectors.mnemonics()
    #expect(vectors.count == 12)
    for (_, entries) in vectors.sorted(by: { $0.key < $1.key }) {
      for vector in entries {
        #expect(try hex(Mnemonic.seed(sentence: vector[1], passphrase: "TREZOR")) == vector[2])
      }
    }
  }

  @Test("words are read in any case and with any white space")
  func spacing() throws {
    let vector = try #require(try Vectors.mnemonics()["english"]?.first)
    let typed = "  " + vector[1].uppercased().replacing(" ", with: "\n\t ") + "\n"
    let read = try Mnemonic(sentence: typed)
    #expect(read.sentence == vector[1])
  }

  @Test("new mnemonics have the words asked for, differ, and read back")
  func generated() throws {
    for count in [12, 24] {
      let first = try Mnemonic.generate(wordCount: count).sentence
      let second = try Mnemonic.generate(wordCount: count).sentence
      #expect(first != second)
      #expect(first.split(separator: " ").count == count)
      #expect(error(first) == nil)
    }
    #expect(throws: MnemonicError.wordCount(13)) {
      if try Mnemonic.generate(wordCount: 13).wordCount == 13 { Issue.record("made") }
    }
  }

  @Test("the list is BIP-39's: 2,048 sorted words told apart by their first four letters")
  func list() {
    #expect(EnglishWords.all.count == 2_048)
    #expect(EnglishWords.all == EnglishWords.all.sorted())
    #expect(Set(EnglishWords.all.map { $0.prefix(4) }).count == 2_048)
    #expect(EnglishWords.all.allSatisfy { EnglishWords.index(of: $0) != nil })
    let text = EnglishWords.all.joined(separator: "\n") + "\n"
    // The SHA-256 of english.txt as BIP-39 publishes it.
    #expect(
      SHA256.hash(Array(text.utf8)).hex
        == "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda")
  }

  @Test("an unknown word is named with its place and the words it resembles")
  func unknownWord() throws {
    let sentence = "abandon abandon abandon abandn abandon abandon"
    #expect(
      error(sentence) == .unknownWord("abandn", position: 4, nearest: ["abandon"]))
    guard
      case .unknownWord("abaut", 12, let nearest) = error(
        String(repeating: "abandon ", count: 11) + "abaut")
    else {
      Issue.record("another error")
      return
    }
    #expect(nearest.first == "about")
    #expect(error("qqqqqqqq") == .unknownWord("qqqqqqqq", position: 1, nearest: []))
    let swapped = try #require(error("legal winner thnak"))
    #expect(
      swapped.description
        == "Word 3, `thnak`, is not on the list of words. Perhaps: thank.")
    #expect(WordDistance.nearest(to: "aban") == ["abandon"])
  }

  @Test("a wrong count of words is told, also of none and of far too many")
  func counts() {
    #expect(error("") == .wordCount(0))
    for count in [1, 11, 13, 23, 25] {
      #expect(error(String(repeating: "zoo ", count: count)) == .wordCount(count))
    }
    let long = String(repeating: "zoo ", count: 1_000)
    #expect(error(long) == .tooLong(bytes: 4_000))
  }

  @Test("a wrong checksum points at the word that was mistaken for one written alike")
  func mistakenWord() throws {
    let vectors = try #require(try Vectors.mnemonics()["english"])
    // Every third: looking at all words takes its time without optimization.
    for number in stride(from: 0, to: vectors.count, by: 3) {
      let vector = vectors[number]
      let words = vector[1].split(separator: " ").map(String.init)
      for place in [0, words.count / 2, words.count - 1] {
        let letters = Array(words[place].utf8)
        let alike = EnglishWords.all.first {
          $0 != words[place] && WordDistance.slips(letters, Array($0.utf8)) == 1
        }
        guard let alike else { continue }
        var wrong = words
        wrong[place] = alike
        guard case .checksum(words.count, let suspects)? = error(wrong.joined(separator: " "))
        else { continue }  // it happens to fit: the checksum has few bits
        #expect(
          suspects.contains {
            $0.position == place + 1 && $0.slip == .meant(words[place])
          } || suspects.count == Suspects.countMax)
      }
    }
  }

  @Test("a wrong checksum points at two neighbours that were swapped")
  func swappedWords() throws {
    let words = try #require(
      try Vectors.mnemonics()["english"]?.last?[1].split(separator: " ").map(String.init))
    var wrong = words
    wrong.swapAt(6, 7)
    guard case .checksum(24, let suspects)? = error(wrong.joined(separator: " ")) else {
      Issue.record("it reads")
      return
    }
    let swap = SuspectWord(
      position: 7, written: words[7], slip: .swappedWithNext(words[6]))
    #expect(suspects.contains(swap))
    #expect(
      MnemonicError.checksum(words: 24, suspects: [swap]).description.contains(
        "words 7 and 8, `\(words[7])` and `\(words[6])` (perhaps swapped)"))
  }

  @Test("entropy of another length, and an endless passphrase, are refused")
  func bounds() throws {
    for count in [0, 15, 17, 31, 33, 64] {
      #expect(throws: MnemonicError.entropyLength(count)) {
        if try Mnemonic(entropy: [UInt8](repeating: 0, count: count)).wordCount > 0 {
          Issue.record("made")
        }
      }
    }
    let long = String(repeating: "x", count: WalletLimits.mnemonicPassphraseBytesMax)
    #expect(throws: MnemonicError.passphraseTooLong(bytes: long.utf8.count + 8)) {
      if try Mnemonic.seed(sentence: "any", passphrase: long).count > 0 { Issue.record("made") }
    }
  }
}
