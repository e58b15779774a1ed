import Foundation
import Glibc
import LedgerCore
import Testing

@testable import Signer

@Suite("A watermark survives crashes and rot")
struct CrashTests {
  private let room: SignerRoom

  init() throws {
    room = try SignerRoom()
    try room.create()
  }

  /// The file before and after one vote, and the bytes written in between, in their order.
  private struct OneVote {
    var before: [UInt8]
    var after: [UInt8]
    var writes: [(offset: Int, byte: UInt8)]
  }

  private func oneVote() throws -> OneVote {
    let signer = try room.open()
    _ = try signer.sign(prepare(5))
    let before = try room.image
    _ = try signer.sign(prepare(6))
    let after = try room.image
    guard case .found(_, let slot) = try WatermarkFile.contents(room.path) else {
      throw CocoaError(.fileReadCorruptFile)
    }
    let writes = (0..<WatermarkFile.copies).flatMap { copy in
      let start = WatermarkFile.offset(slot: slot, copy: copy)
      return (start..<start + WatermarkRecord.byteCount).map { (offset: $0, byte: after[$0]) }
    }
    return OneVote(before: before, after: after, writes: writes)
  }

  @Test("a crash at any byte of a write leaves the vote before or the new one, never less")
  func everyPrefix() throws {
    let vote = try oneVote()
    var image = vote.before
    for count in 0...vote.writes.count {
      if count > 0 { image[vote.writes[count - 1].offset] = vote.writes[count - 1].byte }
      try room.setImage(image)
      let signer = try room.open()
      #expect(signer.condition == .intact)
      let isNew = signer.watermark == prepare(6).position
      #expect(isNew || signer.watermark == prepare(5).position)
      #expect(isNew == (count >= WatermarkRecord.byteCount), "the first whole copy decides")
      #expect(throws: SignerError.self) { try signer.sign(prepare(5, block: 2)) }
      if isNew {
        #expect(throws: SignerError.self) { try signer.sign(prepare(6, block: 2)) }
        #expect(room.holds(try signer.sign(prepare(6)), prepare(6)))
      }
    }
    #expect(image == vote.after)
  }

  @Test("a write whose blocks reach the disk out of order leaves the vote before or the new one")
  func outOfOrder() throws {
    let vote = try oneVote()
    var image = vote.before
    for write in vote.writes.suffix(WatermarkRecord.byteCount) { image[write.offset] = write.byte }
    try room.setImage(image)
    #expect(try room.open().watermark == prepare(6).position)
  }

  @Test("a flipped byte anywhere in the file lowers no watermark")
  func flippedBytes() throws {
    let vote = try oneVote()
    for offset in vote.after.indices {
      // Outside the records nothing is looked at: a sample is enough there.
      let inBlock = offset % WatermarkFile.blockBytes
      guard inBlock < WatermarkRecord.byteCount || inBlock % 509 == 0 else { continue }
      var image = vote.after
      image[offset] ^= 0x10
      try room.setImage(image)
      let signer = try room.open()
      #expect(signer.watermark == prepare(6).position)
      #expect(signer.condition == .intact)
    }
  }

  @Test("a slot that is lost wholly leaves the other one")
  func lostSlot() throws {
    let vote = try oneVote()
    var positions: [VotePosition?] = []
    for slot in 0..<WatermarkFile.slots {
      var image = vote.after
      for copy in 0..<WatermarkFile.copies {
        image[WatermarkFile.offset(slot: slot, copy: copy) + 20] ^= 1
      }
      try room.setImage(image)
      let signer = try room.open()
      #expect(signer.condition == .intact)
      positions.append(signer.watermark)
    }
    #expect(positions.contains(prepare(6).position))
    #expect(positions.contains(prepare(5).position))
  }

  @Test("a file cut short at any byte says that what was signed is unknown, and lowers nothing")
  func cutShort() throws {
    let vote = try oneVote()
    for count in stride(from: vote.after.count - 1, through: 0, by: -1) {
      guard unsafe truncate(room.path, off_t(count)) == 0 else {
        Issue.record("the file cannot be cut")
        return
      }
      guard case .unreadable = try WatermarkFile.contents(room.path) else {
        Issue.record("\(count) of its bytes are taken for all")
        return
      }
    }
    for count in stride(from: 0, to: vote.after.count, by: WatermarkFile.blockBytes) {
      try room.setImage(Array(vote.after.prefix(count)))
      let signer = try room.open()
      #expect(signer.condition == .missing)
      #expect(throws: SignerError.watermarkMissing) { try signer.sign(prepare(99)) }
    }
  }

  @Test("when both slots are bad the vote log is missing, and the bad file is kept aside")
  func bothBad() throws {
    let vote = try oneVote()
    var image = vote.after
    for slot in 0..<WatermarkFile.slots {
      for copy in 0..<WatermarkFile.copies {
        image[WatermarkFile.offset(slot: slot, copy: copy) + 100] ^= 0x80
      }
    }
    try room.setImage(image)
    #expect(try room.open().condition == .missing)
    let kept = try Data(contentsOf: URL(fileURLWithPath: "\(room.path).damaged"))
    #expect(Array(kept) == image)
  }

  @Test("after a write that failed nothing is signed any more")
  func failedWrite() throws {
    try room.create2()
    guard case .found(let record, let slot) = try WatermarkFile.contents(room.second) else {
      Issue.record("no record")
      return
    }
    // A device that is always full takes the place of the disk.
    var file = try WatermarkFile("/dev/full", found: record, slot: slot)
    let full = SignerError.file(path: "/dev/full", doing: "write", errno: ENOSPC)
    for _ in 0..<3 {
      #expect(throws: full) { try file.write(.missing) }
    }
    #expect(file.record == record, "what is in memory is what was synced")
  }

  @Test("after a sync that failed nothing is signed any more")
  func failedSync() throws {
    try room.create2()
    guard case .found(let record, let slot) = try WatermarkFile.contents(room.second) else {
      Issue.record("no record")
      return
    }
    // A device that takes every write and cannot be synced.
    var file = try WatermarkFile("/dev/null", found: record, slot: slot)
    let unsynced = SignerError.file(path: "/dev/null", doing: "sync", errno: EINVAL)
    for _ in 0..<3 {
      #expect(throws: unsynced) { try file.write(.missing) }
    }
    #expect(file.record == record)
  }

  @Test("a leftover of a creation that was cut off is no watermark")
  func cutOffCreation() throws {
    try FileManager.default.removeItem(at: room.file)
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: "\(room.path).\(getpid()).new"))
    #expect(try room.open().condition == .missing)
    #expect(!FileManager.default.fileExists(atPath: "\(room.path).\(getpid()).new"))
  }

  @Test("records read back as written, and no other length is one")
  func recordRoundTrip() throws {
    let position = VotePosition(height: .max, view: 7, kind: .commit)
    let signature = try #require(Signature([UInt8](repeating: 3, count: 64)))
    let watermarks: [WatermarkRecord.Watermark] = [
      .none, .missing, .floor(position),
      .signed(position, message: digest(4), signature: signature),
    ]
    for watermark in watermarks {
      let record = WatermarkRecord(
        sequence: 9, chain: room.chain, account: room.account, incarnation: 3,
        watermark: watermark)
      let bytes = record.bytes
      #expect(bytes.count == WatermarkRecord.byteCount)
      #expect(WatermarkRecord(bytes[...]) == record)
      #expect(WatermarkRecord(bytes.dropLast()) == nil)
      #expect(WatermarkRecord((bytes + [0])[...]) == nil)
    }
    #expect(WatermarkRecord.byteCount <= 512, "a record lies in one sector")
  }
}

extension SignerRoom {
  var second: String { directory.appending(path: "second.watermark").path }

  /// A watermark beside the first.
  func create2() throws {
    try Signer.create(path: second, account: account, chain: chain)
  }
}
