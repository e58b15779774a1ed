import Testing

@testable import LedgerCore

@Suite("Amounts")
struct AmountTests {
  @Test("arithmetic that leaves the range is a typed error, never a trap or a wrap")
  func checked() throws {
    #expect(try Amount(2).adding(Amount(3)) == Amount(5))
    #expect(throws: AmountError.overflow) { _ = try Amount.max.adding(Amount(1)) }
    #expect(throws: AmountError.underflow) { _ = try Amount.zero.subtracting(Amount(1)) }
    #expect(throws: AmountError.overflow) { _ = try Amount(1 << 64).multiplied(by: 1 << 64) }
    #expect(throws: AmountError.divisionByZero) { _ = try Amount(1).divided(by: 0) }
    let (quotient, remainder) = try Amount(17).divided(by: 5)
    #expect(quotient == Amount(3) && remainder == 2)
    #expect(Amount(3).saturatingSubtracting(Amount(5)) == .zero)
    #expect(Amount(5).saturatingSubtracting(Amount(3)) == Amount(2))
    #expect(try Amount.max.subtracting(.max) == .zero)
  }

  @Test("amounts and tokens have one encoding")
  func canonical() throws {
    try expectCanonical(Amount.self) { $0.amount() }
    try expectCanonical(Token.self) { $0.next(below: 2) == 0 ? .eco2 : .ecc }
    #expect(failure { () throws(BCSError) in _ = try Token(bcs: [2]) }?.reason == .unknownTag(2))
  }

  @Test("text has all the digits that matter, and is read back exactly")
  func text() {
    #expect(Token.eco2.format(Amount(150_000_000)) == "1.5")
    #expect(Token.eco2.format(Amount(1)) == "0.00000001")
    #expect(Token.ecc.format(Amount(129_192)) == "0.129192")
    #expect(Token.ecc.format(.zero) == "0")
    var samples = CoreSamples(seed: 5)
    for token in Token.allCases {
      for _ in 0..<200 {
        let amount = samples.amount()
        #expect(token.parse(token.format(amount)) == amount)
      }
      #expect(token.parse(token.format(.max)) == .max)
    }
  }

  @Test(
    "text that is no amount of the token is refused",
    arguments: [
      "", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", " 1", "1 ", "0.000000001", "1.2.3", "٣",
      "340282366920938463463374607431768211456", "3402823669209384634633746074317.68211456",
      "0x10", "1_000",
    ])
  func refusedText(text: String) {
    #expect(Token.eco2.parse(text) == nil)
  }
}
