import StrictJSON
import Testing

/// Each byte sequence is accepted or refused as RFC 8259 and our limits say.
@Suite("Strict JSON: grammar")
struct GrammarTests {
  @Test(
    "what RFC 8259 allows is read",
    arguments: [
      "null", "true", "false", " \t\r\n0 \t\r\n", "[]", "[ ]", "{}", "{ }", "\"\"", "-0", "0",
      "-1", "120", "1.5", "0.10", "-0.0", "10.5e-3", "1E+2", "0e0", "1e05", "123.456e78",
      "0123456789".dropFirst().description, "[1,[2,{}]]", "[[],[[]],{}]", "[null,1,\"1\",{}]",
      "{\"a\":1,\"b\":{\"a\":2}}", "{\"\":0}", "{\"a\":[],\"A\":[]}", "[{\"a\":1},{\"a\":2}]",
      "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0000\"", "\"\\u00E4\\ud83D\\uDe00\"",
      "\"\\uFFFF\\uD7FF\\uE000\"", "\"\\\\u0061\"", "\"ä😀\u{2028}\u{7F}\u{FEFF}\"",
      "{\"a\\u0000b\":1,\"a\":2}", "\"/\"", "\"[{,:}]\"", "[1 , 2\n]", "{ \"a\" : 1 , \"b\" : 2 }",
    ])
  func valid(_ text: String) {
    #expect(fault(text) == nil)
  }

  @Test(
    "what it does not allow is refused",
    arguments: [
      // Commas and colons.
      "[1,]", "[,1]", "[1,,2]", "[,]", "[1 2]", "[1:2]", "{\"a\":1,}", "{,}", "{\"a\":1,,\"b\":2}",
      "{\"a\" 1}", "{\"a\",1}", "{\"a\"::1}", "{:1}", "{\"a\"}", "{\"a\":}", "[\"a\":1]",
      // Names.
      "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{[]:1}",
      // Numbers.
      "01", "-01", "+1", "1.", ".5", "-.5", "-", "1e", "1e+", "1.e1", "1.5.5", "0x10", "1_000",
      "1,000", "Infinity", "-Infinity", "NaN", "-NaN", "nan", "1f", "١", "1 000", "--1", "0 1",
      // Words.
      "tru", "true1", "True", "NULL", "nul ", "nulll", "undefined", "tru\u{E9}",
      // Strings.
      "'a'", "\"\n\"", "\"\t\"", "\"\u{0}\"", "\"\u{1F}\"", "\"\\x41\"", "\"\\u00g0\"",
      "\"\\u+041\"",
      "\"\\u 041\"", "\"\\'\"", "\"\\\n\"", "\"\\U00000041\"", "\"\\a\"", "\"\\\u{E9}\"", "\"a\"b",
      // Beside the value.
      "1 1", "{}{}", "[]]", "{}}", "[1]//", "/**/1", "#1", "[1]\u{0}", "\u{FEFF}1", "1\u{FEFF}",
      "\u{A0}1", "[1\u{C}]", "\u{B}1", "}", "]", ",", ":", "\\u005B1]",
      // Brackets that do not match.
      "[}", "{]", "[1}", "{\"a\":1]", "[[]", "{\"a\":{}",
    ])
  func invalid(_ text: String) {
    let fault = fault(text)
    #expect(fault == .unexpected || fault == .cutOff || fault == .leftOver)
  }

  @Test(
    "every beginning of a text is cut off, nowhere else wrong",
    arguments: ["{\"a\":[true,null,false,\"\\u0041\\ud83d\\ude00\\n\",-1.5e+3]}"])
  func cutOff(_ text: String) {
    let bytes = Array(text.utf8)
    #expect(fault(bytes) == nil)
    for count in 0..<bytes.count {
      // A high surrogate whose other half is cut off cannot be told from one that has none.
      let fault = fault(Array(bytes[..<count]))
      #expect(fault == .cutOff || fault == .invalidText, "\(count) bytes")
    }
  }

  @Test("a name that stands twice is refused however it is written, in objects of any size")
  func duplicateNames() {
    #expect(fault("{\"a\":1,\"b\":2,\"a\":3}") == .duplicateName("a"))
    #expect(fault("{\"a\":1,\"\\u0061\":3}") == .duplicateName("a"))
    #expect(fault("{\"\\u0061\":1,\"a\":3}") == .duplicateName("a"))
    #expect(fault("{\"\\u006A\":1,\"\\u006a\":3}") == .duplicateName("j"))
    #expect(fault("{\"\":1,\"\":3}") == .duplicateName(""))
    #expect(fault("{\"😀\":1,\"\\ud83d\\ude00\":3}") == .duplicateName("😀"))
    #expect(fault("{\"/\":1,\"\\/\":3}") == .duplicateName("/"))
    #expect(fault("[{\"a\":{\"b\":1,\"b\":1}}]") == .duplicateName("b"))
    #expect(fault("{\"a\":{\"b\":1},\"b\":{\"a\":1},\"c\":1,\"b\":1}") == .duplicateName("b"))
    for count in [2, 23, 24, 25, 1_000] {
      let names = (0..<count).map { "\"name-\($0)\":0" }
      #expect(fault("{\(names.joined(separator: ","))}") == nil)
      #expect(
        fault("{\(names.joined(separator: ",")),\"n\\u0061me-1\":0}") == .duplicateName("name-1"))
    }
    let long = String(repeating: "x", count: 1_000)
    #expect(
      fault("{\"\(long)\":1,\"\(long)\":2}")
        == .duplicateName(String(repeating: "x", count: JSONLimits.shownCharactersMax)))
  }

  @Test("names that only Unicode calls equal are two names")
  func canonicalEquivalence() throws {
    #expect(fault("{\"\u{E9}\":1,\"e\u{301}\":2}") == nil)
    let value = try JSONValue(Array("{\"\u{E9}\":1}".utf8))
    #expect(value["\u{E9}"] != nil)
    #expect(value["e\u{301}"] == nil)
  }

  @Test("halves of surrogate pairs are refused")
  func surrogates() {
    for text in [
      "\\ud800", "\\udc00", "\\ud800\\u0041", "\\ud800\\ud800", "\\udc00\\ud800", "\\ud800x",
      "\\ud800\\n", "\\uDBFFFDFFF", "a\\udfff",
    ] {
      #expect(fault("\"\(text)\"") == .invalidText, "\(text)")
      #expect(fault("{\"\(text)\":1}") == .invalidText, "\(text)")
    }
  }

  @Test("bytes that are not UTF-8 are refused, and so are UTF-16 and UTF-32")
  func encodings() {
    for bytes: [UInt8] in [
      [0xFF], [0x80], [0xC3], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
      [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
      [0xE4, 0xBD], [0xFE],
    ] {
      #expect(fault([0x22] + bytes + [0x22]) == .invalidText, "\(bytes)")
      #expect(fault([0x5B] + bytes + [0x5D]) == .invalidText, "\(bytes)")
    }
    #expect(fault([0x5B, 0x00, 0x5D, 0x00]) == .unexpected)
    #expect(fault([0x00, 0x5B, 0x00, 0x5D]) == .unexpected)
    #expect(fault([0xFF, 0xFE, 0x5B, 0x00, 0x5D, 0x00]) == .invalidText)
    #expect(fault([0x00, 0x00, 0x00, 0x31]) == .unexpected)
    #expect(fault([0xEF, 0xBB, 0xBF, 0x31]) == .unexpected)
    #expect(fault([]) == .cutOff)
    #expect(fault([0x20]) == .cutOff)
  }

  @Test("depth is bounded, also for a million brackets")
  func depth() {
    let deep = JSONLimits.depthMax
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(fault(nested(deep)) == nil)
    #expect(fault(nested(deep + 1)) == .tooDeep)
    #expect(fault(String(repeating: "[", count: 1_000_000)) == .tooDeep)
    #expect(fault(String(repeating: "{\"a\":", count: 1_000_000)) == .tooDeep)
    #expect(fault(String(repeating: "[[],", count: 1_000_000)) == .tooDeep)
  }

  @Test("numbers are bounded")
  func numbers() {
    let digits = JSONLimits.numberBytesMax
    #expect(fault(String(repeating: "9", count: digits)) == nil)
    #expect(fault(String(repeating: "9", count: digits + 1)) == .numberTooLong)
    #expect(fault("1e" + String(repeating: "0", count: digits)) == .numberTooLong)
    #expect(fault("0." + String(repeating: "0", count: 1_000_000)) == .numberTooLong)
  }

  @Test("an error says the line, the column in characters, and the byte")
  func places() throws {
    let error = try #require(failure("{\n  \"ä\": 1,\n  \"😀\": 2,,\n}"))
    #expect(error.kind == .unexpected)
    #expect(error.line == 3)
    #expect(error.column == 10)
    #expect(error.offset == 25)
    #expect(error.description == "a character that JSON does not have there, at line 3, column 10")
    #expect(failure("[1,\n2]]")?.line == 2)
    #expect(failure("")?.description == "it is cut off, at line 1, column 1")
  }

  private func fault(_ text: String) -> JSONError.Kind? { failure(text)?.kind }

  private func fault(_ bytes: [UInt8]) -> JSONError.Kind? { failure(bytes)?.kind }

  private func failure(_ text: String) -> JSONError? { failure(Array(text.utf8)) }

  private func failure(_ bytes: [UInt8]) -> JSONError? {
    do throws(JSONError) {
      _ = try JSONValue(bytes)
      return nil
    } catch { return error }
  }
}
