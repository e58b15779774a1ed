import Testing

@testable import Wallet

@Suite("Strict JSON")
struct StrictJSONTests {
  private func fault(_ text: String) -> JSONError.Kind? {
    fault(Array(text.utf8))
  }

  private func fault(_ bytes: [UInt8]) -> JSONError.Kind? {
    do throws(JSONError) {
      _ = try JSONValue(bytes)
      return nil
    } catch { return error.kind }
  }

  @Test("what RFC 8259 allows is read")
  func valid() throws {
    let texts = [
      "null", " true ", "[]", "{}", "-0", "0", "10.5e-3", "1E+2", "[1,[2,{}]]", "\"\"",
      "{\"a\":1,\"b\":{\"a\":2}}", "\"\\u00e4\\ud83d\\ude00\\n\\/\"", "\"ä😀\"",
    ]
    for text in texts { #expect(fault(text) == nil, "\(text)") }
    #expect(try JSONValue(Array("\"\\ud83d\\ude00\\\\\"".utf8)).text == "😀\\")
  }

  @Test("what it does not allow is refused, and nothing is guessed")
  func invalid() {
    let unexpected = [
      "[1,]", "{\"a\":1,}", "{,}", "{a:1}", "{\"a\" 1}", "01", "+1", "1.", ".5", "1e", "tru0",
      "'a'", "[1 2]", "\"\n\"", "\"\\x\"", "\"\\u00g0\"", "NaN", "\u{FEFF}1", "nul ",
    ]
    for text in unexpected {
      let fault = fault(text)
      #expect(fault == .unexpected || fault == .cutOff || fault == .leftOver, "\(text)")
    }
    for text in ["", "[", "{\"a\":", "\"abc", "\"\\u12", "[1,"] {
      #expect(fault(text) == .cutOff, "\(text)")
    }
    #expect(fault("1 1") == .leftOver)
    #expect(fault("{\"a\":1,\"b\":2,\"a\":3}") == .duplicateName("a"))
    #expect(fault("{\"a\":1,\"\\u0061\":3}") == .duplicateName("a"))
    #expect(fault("\"\\ud800\"") == .invalidText)
    #expect(fault("\"\\ud800\\u0041\"") == .invalidText)
    #expect(fault([0x22, 0xFF, 0x22]) == .invalidText)
  }

  @Test("names that only Unicode calls equal are two names")
  func canonicalEquivalence() throws {
    #expect(fault("{\"\u{E9}\":1,\"e\u{301}\":2}") == nil)
    let composed = try JSONValue(Array("\"\u{E9}\"".utf8))
    let decomposed = try JSONValue(Array("\"e\u{301}\"".utf8))
    #expect(!composed.isEqual(to: decomposed))
  }

  @Test("depth is bounded")
  func depth() {
    let deep = WalletLimits.jsonDepthMax
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(fault(nested(deep)) == nil)
    #expect(fault(nested(deep + 1)) == .tooDeep)
    #expect(fault(String(repeating: "[", count: 1_000_000)) == .tooDeep)
  }

  @Test("the first difference of two values is found")
  func difference() throws {
    func difference(_ left: String, _ right: String) throws -> String? {
      try JSONValue(Array(left.utf8)).difference(
        from: JSONValue(Array(right.utf8)), at: "x")
    }
    #expect(try difference("{\"a\":1,\"b\":[2]}", "{\"b\":[2],\"a\":1}") == nil)
    #expect(try difference("{\"a\":[1,{\"b\":2}]}", "{\"a\":[1,{\"b\":3}]}") == "x.a[1].b")
    #expect(try difference("{\"a\":1}", "{\"a\":1,\"b\":1}") == "x.b")
    #expect(try difference("{\"a\":1,\"b\":1}", "{\"a\":1}") == "x.b")
    #expect(try difference("[1,2]", "[1]") == "x[1]")
    #expect(try difference("[1]", "[1,2]") == "x[1]")
    #expect(try difference("1", "\"1\"") == "x")
  }
}
