import Foundation
import LedgerCore
import LedgerRules
import NodeRuntime

/// Key files: who may read them, whether they open, and whether they are this node's.
struct KeysCheck {
  let home: NodeHome
  let configuration: NodeConfiguration?
  let genesis: GenesisDocument?

  /// Also answers the transport key's seed, to meet peers with.
  func run(process: Int32?) -> (findings: [Finding], transportSeed: [UInt8]?) {
    var notes = Notes("keys")
    permissions(&notes)
    let passphrase = readPassphrase()
    let node = genesis?.nodes.first { $0.account == configuration?.account }
    var transportSeed: [UInt8]?
    if var seed = open(home.transportKey, passphrase, &notes) {
      match(seed, node?.transportKey, home.transportKey, "transport", &notes)
      transportSeed = seed
      KeyFile.erase(&seed)
    }
    let isValidator = configuration?.role != .full
    if isValidator {
      consensusKeys(passphrase, named: node?.consensusKey, &notes)
      place(process, &notes)
      elsewhere(&notes)
      watermark(process, &notes)
    } else if FileManager.default.fileExists(atPath: home.consensusKey) {
      notes.warning(
        "a full node's home holds a consensus key, \(home.consensusKey)",
        FileManager.default.fileExists(atPath: home.retired)
          ? "its validator was given up: delete the key when it votes at its new place"
          : "it is not used; keep it in one place only, where the validator runs")
    }
    return (notes.findings, transportSeed)
  }

  /// All that are there open; the one that a node begins with is the genesis's. Later ones are
  /// known to the state alone.
  private func consensusKeys(
    _ passphrase: [UInt8], named first: PublicKey?, _ notes: inout Notes
  ) {
    let paths = KeyRing(home: home, passphrase: passphrase).paths
    let isFirst = paths.count <= 1
    for path in paths.isEmpty ? [home.consensusKey] : paths {
      guard var seed = open(path, passphrase, &notes) else { continue }
      match(seed, isFirst && path == home.consensusKey ? first : nil, path, "consensus", &notes)
      KeyFile.erase(&seed)
    }
  }

  private func readPassphrase() -> [UInt8] {
    let data = FileManager.default.contents(atPath: home.passphrase) ?? Data()
    return Array(data.prefix { $0 != UInt8(ascii: "\n") })
  }

  private func open(_ path: String, _ passphrase: [UInt8], _ notes: inout Notes) -> [UInt8]? {
    do {
      return try KeyFile.read(
        path: path, passphrase: passphrase, allowUnencrypted: passphrase.isEmpty)
    } catch .permissionsTooOpen { return nil } catch {
      let advice =
        switch error {
        case .missing: "restore it from its backup; a lost consensus key is replaced by rotation"
        case .needsPassphrase, .wrongPassphrase:
          "put the passphrase in the first line of \(home.passphrase), mode 0600"
        case .unencrypted: "the file has no passphrase: remove \(home.passphrase), or encrypt it"
        default: "restore it from its backup"
        }
      notes.problem("\(error)", advice)
      return nil
    }
  }

  private func match(
    _ seed: [UInt8], _ expected: PublicKey?, _ path: String, _ kind: String, _ notes: inout Notes
  ) {
    guard let key = SigningKey(seed: seed)?.publicKey else { return }
    guard let expected else {
      return notes.ok("\(path) opens; its key is \(key.hex)")
    }
    if key == expected {
      notes.ok("\(path) opens, and is the \(kind) key of the genesis")
    } else {
      notes.problem(
        "\(path) is not the \(kind) key that the genesis names",
        "put the key file made for this node there; the genesis names \(expected.hex)")
    }
  }

  /// Files with secrets are their owner's alone.
  private func permissions(_ notes: inout Notes) {
    let folder = home.path + "/keys"
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      return notes.problem("\(folder) cannot be read", "give the right --home and user")
    }
    let secret = names.sorted().filter { $0.hasSuffix(".pem") || $0 == "passphrase" }
    var open = 0
    for path in [folder] + secret.map({ folder + "/" + $0 }) {
      guard let facts = try? FileManager.default.attributesOfItem(atPath: path),
        let mode = facts[.posixPermissions] as? Int
      else { continue }
      if mode & 0o077 != 0 {
        open += 1
        let right = path == folder ? "700" : "600"
        notes.problem(
          "\(path) can be used by others (mode \(String(mode, radix: 8)))",
          "chmod \(right) \(path)")
      }
    }
    for name in secret
    where !["transport.pem", "passphrase"].contains(name) && !KeyRing.isConsensusKey(name) {
      notes.warning(
        "\(folder)/\(name) is not the node's", "account keys do not belong on a node's machine")
    }
    if open == 0 { notes.ok("\(folder) and the secrets in it are their owner's alone") }
  }

  /// Whether the key may be used from this home at all.
  private func place(_ process: Int32?, _ notes: inout Notes) {
    switch HomeFence(home: home).condition() {
    case .own: notes.ok("\(home.path) is where its key was last used from")
    case .new: notes.ok("the key has not been used yet: the first start binds it to this place")
    case .movedHere:
      notes.ok("the validator was moved here, and is taken up at the first start")
    case .copied(let reason):
      let risk = "if the home it comes from runs, both sign with one key, which excludes it"
      notes.problem(
        "\(home.path) looks like a copy: \(reason)",
        process == nil
          ? "it does not start; \(risk): only when that one is gone for good, start once with "
            + "--moved (operations, moving.md)"
          : "the file was exchanged under the running node: stop it, and see operations, moving.md")
    case .retired(let note):
      notes.problem(
        "\(home.path) was given up: \(note)",
        process == nil
          ? "it never starts again; look at the new home, and delete this one when it votes there"
          : "yet process \(process ?? 0) runs it: stop it at once")
    }
  }

  /// Whether the node has seen another process vote with its key.
  private func elsewhere(_ notes: inout Notes) {
    guard let seen = HomeFence(home: home).usedElsewhere else { return }
    notes.problem(
      "another process has voted with this node's key: \(seen)",
      "this node votes no more; stop the other for good (a copy, a clone, a restored backup), then "
        + "start this one once with --moved (operations, incidents.md)")
  }

  /// What keeps the key from signing twice.
  private func watermark(_ process: Int32?, _ notes: inout Notes) {
    let path = home.path + "/keys/watermark"
    let files = FileManager.default
    let wasMade = files.fileExists(atPath: path + ".made")
    switch (files.fileExists(atPath: path), wasMade) {
    case (true, _):
      let holder = ProcessFiles.lockHolder(of: path + ".lock")
      if let holder {
        if let process, holder != 0, holder != process {
          notes.problem(
            "\(path) is held by process \(holder), but data/ by \(process)",
            "two processes use this consensus key: stop one at once")
        } else {
          notes.ok("the watermark is held by the node's process")
        }
      } else if process != nil {
        notes.problem(
          "a node runs (process \(process ?? 0)), but nobody holds \(path)",
          "the file was exchanged under the running node: stop it, and see operations, rule 2")
      } else {
        notes.ok("the watermark is there, and free")
      }
    case (false, true):
      notes.warning(
        "the watermark is lost",
        "start all the same: the node follows, and votes again from the third height decided "
          + "after it reached the tip; never put an old one back")
    case (false, false): notes.ok("no watermark yet: the first start makes it")
    }
  }
}
