import Foundation
import LedgerCore
import LedgerRules
import LoadTest
import Testing

@testable import LocalNetwork

@Suite("A new network's document and folder")
struct NetworkFolderTests {
  private func document(_ keys: NetworkKeys) throws -> GenesisDocument {
    let plan = GenesisPlan(
      network: "try", genesisTime: Example.time, interval: 10_000,
      endpoints: (0..<21).map { "127.0.0.1:\(9_000 + $0)" })
    return GenesisDocument(plan, sources: try Example.sources(), keys: keys)
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.path + "/eco2-folder-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  @Test("the example makes a valid genesis whose Shanghai rack first owes 129,192 µg")
  func dues() throws {
    let document = try document(.generate(nodeCount: 21, loadAccounts: 10))
    let state = try document.initialState()
    #expect(state.validators.count == 21 && state.chain == document.chainID)
    let dues = try document.dues()
    let index = try #require(document.nodes.firstIndex { $0.profile.region == "CHN" })
    // The worked example of the carbon rules: 48 W, PUE 1.58, 557.5 g/kWh.
    #expect(dues[index].factor == 557_500_000)
    #expect(dues[index].first == Amount(129_192))
    #expect(dues[index].reserve.baseUnits / 129_191 >= 90 * 8_640)
  }

  @Test("a test network funds a treasury and its load accounts, another funds nobody")
  func allocations() throws {
    let keys = try NetworkKeys.generate(nodeCount: 21, loadAccounts: 10)
    let test = try document(keys)
    #expect(test.isTest && test.allocations.count == 16)
    let ids = try #require(keys.test).load.ids()
    #expect(Set(test.allocations.map(\.account)).isSuperset(of: ids))
    let main = try document(.generate(nodeCount: 21, loadAccounts: nil))
    #expect(!main.isTest && main.allocations.isEmpty)
    _ = try main.initialState()
  }

  @Test("a million load accounts are funded out of what there is, in a document that is read")
  func manyLoadAccounts() throws {
    let count = RulesLimits.allocationsMax - 1
    #expect(count == 1_000_000)
    var document = try document(.generate(nodeCount: 21, loadAccounts: 2))
    for few in [2, 50_000] {
      #expect(GenesisPlan.loadAccount(of: few).eco2.baseUnits == 1_000 * eco2)
    }
    let each = GenesisPlan.loadAccount(of: count)
    #expect(each.eco2.baseUnits == 50 * eco2)
    let one = GenesisAllocation(account: document.depositor, eco2: each.eco2, ecc: each.ecc)
    #expect(document.bcs.count + one.bcs.count * count <= RulesLimits.genesisBytesMax)
    // One account has what all of them would.
    document.allocations[1].eco2 = Amount(each.eco2.baseUnits * UInt128(count))
    document.allocations[1].ecc = Amount(each.ecc.baseUnits * UInt128(count))
    _ = try document.initialState()
  }

  @Test("bytes that are read as a document are its only ones, so they name the chain")
  func bytesNameTheChain() throws {
    let document = try document(.generate(nodeCount: 4, loadAccounts: 3))
    let bytes = document.bcs
    #expect(GenesisDocument.chainID(of: bytes[...]) == document.chainID)
    var readCount = 0
    for place in Array(0..<100) + Array(stride(from: 100, to: bytes.count, by: 41)) {
      var changed = bytes
      changed[place] ^= 1 << UInt8(place % 8)
      guard let other = try? GenesisDocument(bcs: changed) else { continue }
      readCount += 1
      #expect(other.bcs == changed && other.chainID != document.chainID)
    }
    #expect(readCount > 50)
  }

  private var eco2: UInt128 { Token.eco2.baseUnitsPerToken }

  @Test("keys are the document's, files are the owner's alone, and nothing is made twice")
  func folder() throws {
    try withFolder { path in
      let keys = try NetworkKeys.generate(nodeCount: 21, loadAccounts: 10)
      let document = try document(keys)
      func make() throws -> NetworkFolder {
        try NetworkFolder.make(
          at: path, keysPath: path + "/keys", document: document, keys: keys,
          ports: NetworkPorts(base: 9_000), passphrase: nil)
      }
      let folder = try make()
      #expect(try NetworkFolder(opening: path).description == folder.description)
      #expect(try folder.genesis() == document)
      #expect(try folder.loadAccounts().ids() == keys.test?.load.ids())
      let seed = try KeyFile.read(
        path: folder.accountKey("node-20"), passphrase: [], allowUnencrypted: true)
      #expect(SigningKey(seed: seed)?.publicKey.bytes == document.nodes[20].account.bytes)
      let attributes = try FileManager.default.attributesOfItem(
        atPath: path + "/node-07/keys/consensus.pem")
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      #expect(throws: NetworkFolderError.self) { try make() }
    }
  }

  @Test("with a passphrase no key file opens without it")
  func encrypted() throws {
    try withFolder { path in
      let keys = try NetworkKeys.generate(nodeCount: 4, loadAccounts: nil)
      let document = try document(keys)
      let folder = try NetworkFolder.make(
        at: path, keysPath: path + "/keys", document: document, keys: keys,
        ports: NetworkPorts(base: 9_000), passphrase: Array("secret".utf8))
      let files = [folder.accountKey("founder"), path + "/node-00/keys/transport.pem"]
      for file in files {
        #expect(throws: KeyFileError.needsPassphrase(path: file)) {
          try KeyFile.read(path: file, passphrase: [], allowUnencrypted: true)
        }
        #expect(try KeyFile.read(path: file, passphrase: Array("secret".utf8)).count == 32)
      }
      #expect(throws: NetworkFolderError.self) { try folder.loadAccounts() }
    }
  }

  @Test(
    "genesis is a multiple of the interval, and slot 1 begins when the nodes had time to start",
    arguments: [
      (UInt64(1_000_001), UInt64(10_000), UInt64(7_000)), (1_000_000, 1_000, 7_250),
      (999_999, 2_000, 0), (5, 600_000, 30_000),
    ])
  func time(_ now: UInt64, _ interval: UInt64, _ start: UInt64) {
    let time = GenesisPlan.genesisTime(now: now, interval: interval, startMilliseconds: start)
    #expect(time.isMultiple(of: interval))
    #expect(time + interval >= now + start)
    #expect(time + interval <= now + start + 2 * interval)
  }
}
