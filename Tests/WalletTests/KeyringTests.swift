import Foundation
import LedgerCore
import Testing

@testable import Wallet

@Suite("The keyring")
struct KeyringTests {
  private let passphrase = Array("a long passphrase".utf8)

  private func name(_ text: String) throws -> AccountName { try #require(AccountName(text)) }

  @Test("accounts open again with their passphrase only, and listing asks for none")
  func roundTrip() throws {
    try withFolder { folder in
      let keyring = try Keyring(path: folder + "/a/keyring")
      let first = try SigningKey.generate()
      let second = try SigningKey.generate()
      let path = try #require(DerivationPath(account: 3))
      try keyring.add(name("zoe"), first, passphrase: passphrase, path: path)
      try keyring.add(name("anna"), second, passphrase: passphrase, path: nil)
      let listing = try keyring.listing()
      #expect(listing.accounts.map(\.name.description) == ["anna", "zoe"])
      #expect(listing.accounts.map(\.publicKey) == [second.publicKey, first.publicKey])
      #expect(listing.accounts.map(\.path) == [nil, path])
      #expect(listing.notIndexed.isEmpty && listing.missing.isEmpty)
      #expect(
        try keyring.open(name("zoe"), passphrase: passphrase).publicKey == first.publicKey)
      #expect(
        throws: KeyringError.keyFile(.wrongPassphrase(path: keyring.keyFile(try name("zoe"))))
      ) {
        try keyring.open(name("zoe"), passphrase: Array("other".utf8))
      }
      #expect(throws: KeyringError.noAccount(try name("otto"), path: keyring.path)) {
        try keyring.open(name("otto"), passphrase: passphrase)
      }
    }
  }

  @Test("the folder has mode 0700, its files 0600, and a folder open to others is refused")
  func modes() throws {
    try withFolder { folder in
      let keyring = try Keyring(path: folder + "/keyring")
      try keyring.add(
        name("anna"), SigningKey.generate(), passphrase: passphrase, path: nil)
      #expect(try mode(keyring.path) == 0o700)
      let files = try FileManager.default.contentsOfDirectory(atPath: keyring.path).sorted()
      #expect(files == [".lock", "anna.pem", "index.json"])
      for file in files { #expect(try mode(keyring.path + "/" + file) == 0o600) }
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o750], ofItemAtPath: keyring.path)
      #expect(throws: KeyringError.permissionsTooOpen(path: keyring.path, mode: 0o750)) {
        try Keyring(path: keyring.path)
      }
    }
  }

  @Test("openssl pkey opens every key file with its passphrase, and finds the account's key")
  func opensslOpens() throws {
    try withFolder { folder in
      let keyring = try Keyring(path: folder + "/keyring")
      let mnemonic = try Mnemonic.generate()
      for index in 0..<3 as Range<UInt32> {
        let key = try mnemonic.account(index)
        let account = try name("account-\(index)")
        try keyring.add(
          account, key, passphrase: passphrase, path: DerivationPath(account: index))
        let opened = try openssl(
          ["pkey", "-in", keyring.keyFile(account), "-passin", "env:ECO2_TEST", "-pubout"],
          environment: ["ECO2_TEST": String(decoding: passphrase, as: UTF8.self)])
        #expect(opened.status == 0)
        #expect(opened.output == key.publicKey.pem)
      }
    }
  }

  @Test("a key is never replaced unless that is asked for, and then whole")
  func replacing() throws {
    try withFolder { folder in
      let keyring = try Keyring(path: folder + "/keyring")
      let first = try SigningKey.generate()
      let second = try SigningKey.generate()
      let account = try name("anna")
      try keyring.add(account, first, passphrase: passphrase, path: nil)
      let before = try Data(contentsOf: URL(fileURLWithPath: keyring.keyFile(account)))
      #expect(throws: KeyringError.accountExists(account, path: keyring.path)) {
        try keyring.add(account, second, passphrase: passphrase, path: nil)
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: keyring.keyFile(account))) == before)
      #expect(try keyring.entry(account).publicKey == first.publicKey)
      try keyring.add(account, second, passphrase: passphrase, path: nil, replacing: true)
      #expect(try keyring.open(account, passphrase: passphrase).publicKey == second.publicKey)
      #expect(try keyring.entry(account).publicKey == second.publicKey)
      #expect(try mode(keyring.keyFile(account)) == 0o600)
    }
  }

  @Test("key files are the truth: a lost index is made anew as they are opened")
  func lostIndex() throws {
    try withFolder { folder in
      let keyring = try Keyring(path: folder + "/keyring")
      let key = try SigningKey.generate()
      let account = try name("anna")
      try keyring.add(account, key, passphrase: passphrase, path: nil)
      try FileManager.default.removeItem(atPath: keyring.path + "/index.json")
      #expect(try keyring.listing().notIndexed == [account])
      #expect(throws: KeyringError.notIndexed(account)) { try keyring.entry(account) }
      #expect(try keyring.open(account, passphrase: passphrase).publicKey == key.publicKey)
      #expect(try keyring.listing().accounts.map(\.publicKey) == [key.publicKey])
      // An index that tells of another key is put right as well.
      let other = try SigningKey.generate()
      var index = KeyringIndex()
      index.enter(KeyringEntry(name: account, publicKey: other.publicKey, path: nil))
      try WholeFile.replace(keyring.path + "/index.json", index.encoded(), mode: 0o600)
      #expect(try keyring.open(account, passphrase: passphrase).publicKey == key.publicKey)
      #expect(try keyring.entry(account).publicKey == key.publicKey)
      try FileManager.default.removeItem(atPath: keyring.keyFile(account))
      #expect(try keyring.listing().missing == [account])
    }
  }

  @Test("names are short, of safe characters, no path, no option and no address")
  func names() {
    let good = ["a", "0", "anna", "cold-storage_2", String(repeating: "x", count: 63)]
    for text in good { #expect(AccountName(text) != nil, "\(text)") }
    let bad = [
      "", "-a", "_a", ".", "..", "a.b", "a/b", "a b", "Anna", "ä", "a\u{0}", "a\n", "index.json",
      "eco21qqqq", "eco2t1qqqq", String(repeating: "x", count: 64), "e\u{301}",
    ]
    for text in bad { #expect(AccountName(text) == nil, "\(text)") }
  }

  @Test("an index is read strictly, and a damaged one is refused with what to do")
  func strictIndex() throws {
    var index = KeyringIndex()
    #expect(try KeyringIndex(decoding: index.encoded()) == index)
    for text in ["b", "a", "c"] {
      index.enter(
        KeyringEntry(
          name: try name(text), publicKey: try SigningKey.generate().publicKey,
          path: text == "b" ? DerivationPath(account: 1) : nil))
    }
    #expect(index.entries.map(\.name.description) == ["a", "b", "c"])
    #expect(try KeyringIndex(decoding: index.encoded()) == index)
    let key = String(repeating: "ab", count: 32)
    let account = "{\"name\": \"a\", \"publicKey\": \"\(key)\"}"
    func read(_ accounts: String, format: String = KeyringIndex.format) -> KeyringIndexFault? {
      let text = "{\"format\": \"\(format)\", \"accounts\": [\(accounts)]}"
      do throws(KeyringIndexFault) {
        _ = try KeyringIndex(decoding: Array(text.utf8))
        return nil
      } catch { return error }
    }
    #expect(read(account) == nil)
    #expect(read(account, format: "eco2/keyring/v2") == .format)
    #expect(read("\(account), \(account)") == .account(position: 2))
    #expect(read("{\"name\": \"../a\", \"publicKey\": \"\(key)\"}") == .account(position: 1))
    #expect(read("{\"name\": \"a\", \"publicKey\": \"ab\"}") == .account(position: 1))
    #expect(read(account.replacing("}", with: ", \"seed\": \"x\"}")) == .account(position: 1))
    #expect(read(account.replacing("}", with: ", \"path\": \"m/1\"}")) == .account(position: 1))
    guard case .json = read(account + ",") else {
      Issue.record("a comma too many is read")
      return
    }
    try withFolder { folder in
      let keyring = try Keyring(path: folder + "/keyring")
      try WholeFile.create(keyring.path + "/index.json", Array("{".utf8), mode: 0o600)
      let error = #expect(throws: KeyringError.self) { try keyring.listing() }
      #expect(error?.description.contains("The key files beside it are the truth") == true)
    }
  }

  @Test("files are made whole, kept when they exist, replaced when asked, and bounded when read")
  func wholeFiles() throws {
    try withFolder { folder in
      let path = folder + "/file"
      #expect(throws: WholeFileError.missing(path: path)) {
        try WholeFile.read(path, bytesMax: 10)
      }
      try WholeFile.create(path, [1, 2, 3], mode: 0o640)
      #expect(try mode(path) == 0o640)
      #expect(throws: WholeFileError.exists(path: path)) {
        try WholeFile.create(path, [4], mode: 0o600)
      }
      #expect(try WholeFile.read(path, bytesMax: 3) == [1, 2, 3])
      #expect(throws: WholeFileError.tooLarge(path: path, bytesMax: 2)) {
        try WholeFile.read(path, bytesMax: 2)
      }
      try WholeFile.replace(path, [4], mode: 0o600)
      #expect(try WholeFile.read(path, bytesMax: 3) == [4])
      #expect(throws: WholeFileError.notAFile(path: folder)) {
        try WholeFile.read(folder, bytesMax: 3)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
    }
  }
}
