import StrictJSON
import Testing

@testable import Wallet

@Suite("Differences of JSON values")
struct JSONDifferenceTests {
  private func difference(_ left: String, _ right: String) throws -> String? {
    try JSONValue(Array(left.utf8)).difference(from: JSONValue(Array(right.utf8)), at: "x")
  }

  @Test("the first difference of two values is found")
  func first() throws {
    #expect(try difference("{\"a\":1,\"b\":[2]}", "{\"b\":[2],\"a\":1}") == nil)
    #expect(try difference("[null,true,\"a\",1.50]", "[null,true,\"\\u0061\",1.50]") == nil)
    #expect(try difference("{\"a\":[1,{\"b\":2}]}", "{\"a\":[1,{\"b\":3}]}") == "x.a[1].b")
    #expect(try difference("{\"a\":1}", "{\"a\":1,\"b\":1}") == "x.b")
    #expect(try difference("{\"a\":1,\"b\":1}", "{\"a\":1}") == "x.b")
    #expect(try difference("[1,2]", "[1]") == "x[1]")
    #expect(try difference("[1]", "[1,2]") == "x[1]")
    #expect(try difference("[]", "{}") == "x")
    #expect(try difference("[true]", "[false]") == "x[0]")
    #expect(try difference("[null]", "[false]") == "x[0]")
  }

  @Test("what is written otherwise is another value, however alike it is")
  func writing() throws {
    #expect(try difference("1", "\"1\"") == "x")
    #expect(try difference("1", "1.0") == "x")
    #expect(try difference("0", "-0") == "x")
    #expect(try difference("\"\u{E9}\"", "\"e\u{301}\"") == "x")
  }
}
