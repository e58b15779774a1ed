import RegistryFiles
import Testing

@Suite("The list of ER Nodes")
struct NodeListTests {
  static let header =
    "name,region_code,tier,idle_milliwatts,cpu_second_millijoules,pue_permille\n"

  @Test("a list is read in file order")
  func reads() throws {
    let nodes = try NodeList.read(
      bytes: Array((Self.header + "A,CHN,rack,48000,12000,1580\nB,FRA,home,22000,1,1000\n").utf8))
    #expect(nodes.map(\.name) == ["A", "B"])
    #expect(nodes.map(\.tier) == [.rack, .home])
    #expect(nodes.map(\.regionCode) == ["CHN", "FRA"])
    #expect(nodes.map(\.idleMilliwatts) == [48_000, 22_000])
    #expect(nodes.map(\.millijoulesPerCPUSecond) == [12_000, 1])
    #expect(nodes.map(\.puePermille) == [1_580, 1_000])
  }

  @Test(
    "a bad cell is named with its record and column",
    arguments: [
      (",CHN,rack,1,1,1", "name"),
      ("B,,rack,1,1,1", "region_code"),
      ("B,CHN,attic,1,1,1", "tier"),
      ("B,CHN,rack,48 W,1,1", "idle_milliwatts"),
      ("B,CHN,rack,1,-1,1", "cpu_second_millijoules"),
      ("B,CHN,rack,1,1,1.58", "pue_permille"),
      ("B,CHN,rack,99999999999,1,1", "idle_milliwatts"),
    ])
  func badCells(row: String, column: String) {
    #expect(throws: NodeListError.badCell(record: 2, column: column)) {
      try NodeList.read(bytes: Array((Self.header + "A,CHN,rack,1,1,1\n" + row).utf8))
    }
  }

  @Test("a name twice, a short record, a missing column are refused")
  func badLists() {
    let row = "A,CHN,rack,1,1,1\n"
    #expect(throws: NodeListError.duplicateName(record: 2, name: "A")) {
      try NodeList.read(bytes: Array((Self.header + row + row).utf8))
    }
    #expect(throws: NodeListError.cells(record: 1)) {
      try NodeList.read(bytes: Array((Self.header + "A,CHN\n").utf8))
    }
    #expect(throws: NodeListError.file(.missingColumn(accepted: ["tier"]))) {
      try NodeList.read(bytes: Array("name,region_code\n".utf8))
    }
  }
}
