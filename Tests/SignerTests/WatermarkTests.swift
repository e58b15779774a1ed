import Foundation
import LedgerCore
import Testing

@testable import Signer

@Suite("One watermark")
struct WatermarkTests {
  private let room: SignerRoom

  init() throws {
    room = try SignerRoom()
    try room.create()
  }

  @Test("the five kinds rise within a view, views within a height, heights above all")
  func order() throws {
    let signer = try room.open()
    let statements: [VoteStatement] = [
      VoteStatement(height: 5, view: 0, content: .prePrepare(block: digest(1))),
      prepare(5), commit(5),
      VoteStatement(height: 5, view: 1, content: .viewChange(prepared: nil)),
      VoteStatement(
        height: 5, view: 1, content: .newView(viewChanges: digest(2), block: digest(1))),
      VoteStatement(height: 5, view: 1, content: .prePrepare(block: digest(1))),
      prepare(5, 1), commit(5, 1), prepare(6),
    ]
    for statement in statements {
      let signature = try signer.sign(statement)
      #expect(room.holds(signature, statement))
      #expect(signer.watermark == statement.position)
    }
    for statement in statements.dropLast() {
      #expect(
        throws: SignerError.belowWatermark(
          asked: statement.position, watermark: prepare(6).position)
      ) { try signer.sign(statement) }
    }
  }

  @Test("the same vote again gives the stored signature; another at its position is refused")
  func equalPosition() throws {
    let first: Signature
    do {
      let signer = try room.open()
      first = try signer.sign(prepare(5))
      let image = try room.image
      #expect(try signer.sign(prepare(5)) == first)
      #expect(try room.image == image, "nothing is written for what is stored")
    }
    let signer = try room.open()
    #expect(signer.condition == .intact)
    #expect(try signer.sign(prepare(5)) == first)
    let position = prepare(5).position
    #expect(throws: SignerError.belowWatermark(asked: position, watermark: position)) {
      try signer.sign(prepare(5, block: 2))
    }
    #expect(room.holds(try signer.sign(commit(5)), commit(5)))
  }

  @Test("the watermark is on the disk before the signature is returned")
  func diskFirst() throws {
    let signer = try room.open()
    for height in UInt64(1)...20 {
      let signature = try signer.sign(prepare(height))
      guard case .found(let record, _) = try WatermarkFile.contents(room.path) else {
        Issue.record("no record after signing")
        return
      }
      guard case .signed(let position, _, let stored) = record.watermark else {
        Issue.record("the record holds no vote")
        return
      }
      #expect(position == prepare(height).position)
      #expect(stored == signature)
    }
  }

  @Test("a raised watermark stays raised, and raising it lower changes nothing")
  func raise() throws {
    let floor = VotePosition(height: 10, view: 3, kind: .commit)
    do {
      let signer = try room.open()
      _ = try signer.sign(prepare(5))
      try signer.raise(to: floor)
      try signer.raise(to: prepare(7).position)
      #expect(signer.watermark == floor)
    }
    let signer = try room.open()
    #expect(signer.watermark == floor)
    #expect(throws: SignerError.belowWatermark(asked: floor, watermark: floor)) {
      try signer.sign(commit(10, 3))
    }
    #expect(throws: SignerError.self) { try signer.sign(prepare(5)) }
    #expect(room.holds(try signer.sign(prepare(11)), prepare(11)))
  }

  @Test("a lost watermark signs nothing until it is raised, also after a restart")
  func missing() throws {
    var last: UInt64 = 0
    do {
      let signer = try room.open()
      _ = try signer.sign(prepare(5))
      last = signer.incarnation
    }
    try FileManager.default.removeItem(at: room.file)
    for _ in 0..<2 {
      let signer = try room.open()
      #expect(signer.condition == .missing)
      #expect(signer.isMissing)
      #expect(signer.watermark == nil)
      #expect(signer.incarnation > last)
      last = signer.incarnation
      #expect(throws: SignerError.watermarkMissing) { try signer.sign(prepare(9)) }
    }
    do {
      let signer = try room.open()
      try signer.raise(to: VotePosition(height: 8, view: .max, kind: .commit))
      #expect(!signer.isMissing)
      #expect(throws: SignerError.self) { try signer.sign(commit(8, 77)) }
      #expect(room.holds(try signer.sign(prepare(9)), prepare(9)))
    }
    #expect(try room.open().condition == .intact)
  }

  @Test("an old copy of the file brings no start's incarnation back")
  func oldCopy() throws {
    let first = try room.open().incarnation
    #expect(first > 1_700_000_000, "seconds since 1970")
    let copy = try room.image
    #expect(try room.open().incarnation > first)
    try room.setImage(copy)
    #expect(try room.open().incarnation > first)
  }

  @Test("the last COMMIT stays known beneath later votes, and across starts")
  func lastCommit() throws {
    do {
      let signer = try room.open()
      _ = try signer.sign(prepare(5))
      #expect(signer.lastCommit == nil)
      _ = try signer.sign(commit(5, 1))
      _ = try signer.sign(
        VoteStatement(height: 5, view: 3, content: .viewChange(prepared: nil)))
      #expect(signer.lastCommit == VotePosition(height: 5, view: 1, kind: .commit))
    }
    let again = try room.open()
    #expect(again.watermark == VotePosition(height: 5, view: 3, kind: .viewChange))
    #expect(again.lastCommit == VotePosition(height: 5, view: 1, kind: .commit))
  }

  @Test("bundle numbers only rise, and belong to this start")
  func bundles() throws {
    let first: Signature
    let incarnation: UInt64
    do {
      let signer = try room.open()
      incarnation = signer.incarnation
      first = try signer.sign(header(signer, 0))
      #expect(try signer.sign(header(signer, 0)) == first)
      #expect(throws: SignerError.bundleNumberUsed(asked: 0, highest: 0)) {
        try signer.sign(header(signer, 0, root: 2))
      }
      _ = try signer.sign(header(signer, 1))
      #expect(throws: SignerError.bundleNumberUsed(asked: 0, highest: 1)) {
        try signer.sign(header(signer, 0))
      }
      #expect(
        throws: SignerError.otherIncarnation(
          asked: (incarnation + 1) * Limits.incarnationsPerStart, current: incarnation)
      ) { try signer.sign(header(signer, 2, ahead: 1)) }
      _ = try signer.sign(header(signer, 0, run: 1))
      #expect(throws: SignerError.bundleNumberUsed(asked: 2, highest: 0)) {
        try signer.sign(header(signer, 2))
      }
      let named = header(signer, 0, run: 1)
      #expect(
        Ed25519.verify(
          signature: try signer.sign(named), key: room.key.publicKey, domain: .bundle,
          chain: room.chain, message: named.bcs[...]))
    }
    let again = try room.open()
    #expect(again.incarnation > incarnation)
    #expect(try again.sign(header(again, 0)) != first)
  }

  @Test("a node's keys share one watermark: no position is signed with two of them")
  func keysShareTheWatermark() throws {
    let next = try #require(SigningKey(seed: [UInt8](repeating: 8, count: 32)))
    let signer = try room.open()
    #expect(throws: SignerError.noKey(next.publicKey)) {
      try signer.sign(prepare(4), with: next.publicKey)
    }
    #expect(signer.watermark == nil, "what is not signed moves nothing")
    signer.add(next)
    #expect(signer.holds(next.publicKey))
    _ = try signer.sign(prepare(4), with: room.key.publicKey)
    #expect(throws: SignerError.self) { try signer.sign(commit(3), with: next.publicKey) }
    #expect(throws: SignerError.self) {
      try signer.sign(prepare(4, block: 2), with: next.publicKey)
    }
    let statement = commit(5)
    #expect(
      Ed25519.verify(
        signature: try signer.sign(statement, with: next.publicKey), key: next.publicKey,
        domain: statement.kind.domain, chain: room.chain, message: statement.message[...]))
    signer.forget(room.key.publicKey)
    #expect(throws: SignerError.noKey(room.key.publicKey)) {
      try signer.sign(prepare(6), with: room.key.publicKey)
    }
  }

  @Test("a watermark of another node or chain is refused, and create replaces none")
  func otherOwner() throws {
    let other = AccountID(
      try #require(SigningKey(seed: [UInt8](repeating: 8, count: 32))).publicKey)
    #expect(throws: SignerError.otherAccount(path: room.path, found: room.account)) {
      try Signer(path: room.path, account: other, keys: [room.key], chain: room.chain)
    }
    let chain = try #require(ChainID([UInt8](repeating: 2, count: 32)))
    #expect(throws: SignerError.otherChain(path: room.path, found: room.chain)) {
      try Signer(path: room.path, account: room.account, keys: [room.key], chain: chain)
    }
    #expect(throws: SignerError.exists(path: room.path)) { try room.create() }
    #expect(try room.open().condition == .intact)
  }

  @Test("two signers at once: the second is refused, in this process and in another")
  func lock() throws {
    func otherProcessGetsTheLock() throws -> Bool {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["flock", "--nonblock", "\(room.path).lock", "true"]
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus == 0
    }
    do {
      let signer = try room.open()
      #expect(throws: SignerError.inUse(path: "\(room.path).lock")) { try room.open() }
      #expect(try !otherProcessGetsTheLock())
      #expect(room.holds(try signer.sign(prepare(1)), prepare(1)))
    }
    #expect(try otherProcessGetsTheLock())
    #expect(try room.open().watermark == prepare(1).position)
  }
}
