import StrictJSON
import Testing

@Suite("Strict JSON: decoding")
struct DecodingTests {
  private struct Inner: Codable, Equatable {
    var name: String
    var count: UInt64?
    var isOpen: Bool?
  }

  private enum Color: String, Codable { case red, green }

  private struct Outer: Codable, Equatable {
    var text: String
    var note: String?
    var items: [Inner]
    var color: Color
    var best: Inner?
    var numbers: [Int]
    var table: [String: Int]
    var share: Double
    var list: [[String?]]
  }

  private func decode<T: Decodable>(_ text: String, _ type: T.Type = T.self) throws(JSONError) -> T
  {
    try JSONValue(Array(text.utf8)).decode(type)
  }

  private func fault<T: Decodable>(_ text: String, _ type: T.Type) -> JSONError? {
    do throws(JSONError) {
      _ = try decode(text, type)
      return nil
    } catch { return error }
  }

  @Test("types of every shape are read; unknown fields are passed over, null is absence")
  func shapes() throws {
    let outer: Outer = try decode(
      """
      {"unknown": {"text": [1, {"a": "b"}]}, "text": "\\u00e4\\n", "note": null, "share": 1.5e-1,
       "items": [{"name": "a", "count": 18446744073709551615}, {"name": "b", "isOpen": true}],
       "color": "green", "numbers": [0, -1, -9223372036854775808], "table": {"x": 1, "y": 2},
       "list": [[], ["a", null]], "b\\u0065st": {"name": "c", "count": 7, "more": []}}
      """)
    #expect(
      outer
        == Outer(
          text: "ä\n", note: nil,
          items: [
            Inner(name: "a", count: .max, isOpen: nil), Inner(name: "b", count: nil, isOpen: true),
          ],
          color: .green, best: Inner(name: "c", count: 7, isOpen: nil), numbers: [0, -1, .min],
          table: ["x": 1, "y": 2], share: 0.15, list: [[], ["a", nil]]))
  }

  @Test(
    "whole numbers are digits, nothing else",
    arguments: ["1e3", "1.0", "0.0", "1E0", "-0", "-0.0", "1.5", "10e-1", "-0e1"])
  func wholeNumbers(_ text: String) {
    #expect(fault(text, Int.self)?.kind == .notWhole)
    #expect(fault(text, UInt64.self)?.kind == .notWhole)
  }

  @Test("no number is cut, wrapped or rounded to fit its type")
  func ranges() throws {
    #expect(try decode("255", UInt8.self) == 255)
    #expect(try decode("-128", Int8.self) == -128)
    #expect(try decode("9223372036854775807", Int64.self) == .max)
    #expect(try decode("9007199254740993", Int.self) == 9_007_199_254_740_993)
    #expect(fault("256", UInt8.self)?.kind == .outOfRange)
    #expect(fault("-129", Int8.self)?.kind == .outOfRange)
    #expect(fault("-1", UInt64.self)?.kind == .outOfRange)
    #expect(fault("18446744073709551616", UInt64.self)?.kind == .outOfRange)
    #expect(fault("9223372036854775808", Int64.self)?.kind == .outOfRange)
    #expect(fault("9999999999999999999999999999999999999999", Int.self)?.kind == .outOfRange)
    #expect(fault("1e400", Double.self)?.kind == .outOfRange)
    #expect(try decode("1e3", Double.self) == 1_000)
  }

  @Test("no kind is taken for another")
  func kinds() {
    #expect(fault("\"1\"", Int.self)?.kind == .not(.number))
    #expect(fault("true", Int.self)?.kind == .not(.number))
    #expect(fault("1", Bool.self)?.kind == .not(.bool))
    #expect(fault("\"true\"", Bool.self)?.kind == .not(.bool))
    #expect(fault("1", String.self)?.kind == .not(.string))
    #expect(fault("null", String.self)?.kind == .not(.string))
    #expect(fault("[]", Inner.self)?.kind == .not(.object))
    #expect(fault("{}", [Int].self)?.kind == .not(.array))
    #expect(fault("\"blue\"", Color.self)?.kind == .unknownValue)
  }

  @Test("an error names the value and where it stands")
  func paths() throws {
    let text = """
      {"text": "", "color": "red", "numbers": [1,
       2, "3"], "items": [{"name": ""}, {"name": "x", "count": [1]}]}
      """
    let number = try #require(fault(text, Numbers.self))
    #expect(number.path == "numbers[2]")
    #expect(number.description == "numbers[2]: it is not a number, at line 2, column 5")
    let count = try #require(fault(text, Items.self))
    #expect(count.path == "items[1].count")
    #expect(count.kind == .not(.number))
    let missing = try #require(fault("{\"items\":[{}]}", Items.self))
    #expect(missing.path == "items[0]")
    #expect(missing.kind == .missing("name"))
    #expect(
      missing.description == "items[0]: the field `name` is missing, at line 1, column 11")
  }

  private struct Numbers: Decodable { var numbers: [Int] }
  private struct Items: Decodable { var items: [Inner] }

  @Test("what a value holds is read as written")
  func content() throws {
    let value = try JSONValue(
      Array("{\"b\":-0.50e1,\"a\":[true,null,\"\\ud83d\\ude00\\\\\"]}".utf8))
    guard case .object(let members) = value.content else {
      Issue.record("no object")
      return
    }
    #expect(members.map(\.name) == ["b", "a"])
    guard case .number(let written)? = value["b"]?.content,
      case .array(let list)? = value["a"]?.content
    else {
      Issue.record("other members")
      return
    }
    #expect(written == "-0.50e1")
    #expect(list.count == 3)
    #expect(list.last?.text == "😀\\")
    #expect(list.first?.text == nil)
    #expect(value["c"] == nil)
    #expect(list.first?["b"] == nil)
  }
}
