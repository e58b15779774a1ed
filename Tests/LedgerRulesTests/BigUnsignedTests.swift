import Testing

@Suite("The tests' own integers of any size")
struct BigUnsignedTests {
  /// Numbers of 0 to 8 limbs; every other limb is at the end of its range, where carries and wrong
  /// guesses of a quotient's digits happen.
  private static func number(_ generator: inout SplitMix64) -> BigUnsigned {
    var number = BigUnsigned.zero
    for _ in 0..<generator.next() % 9 {
      let limb: UInt32 =
        switch generator.next() % 6 {
        case 0: 0
        case 1: .max
        case 2: 0x8000_0000
        default: UInt32(truncatingIfNeeded: generator.next())
        }
      number = number * BigUnsigned(1 << 32) + BigUnsigned(UInt128(limb))
    }
    return number
  }

  @Test("what fits 128 bits is computed as the machine computes it")
  func narrow() throws {
    var generator = SplitMix64(state: 1)
    for _ in 0..<20_000 {
      let wide = UInt128(generator.next()) << 64 | UInt128(generator.next())
      let a = wide >> (generator.next() % 128)
      let b = UInt128(generator.next() >> (generator.next() % 64)) + 1
      let (x, y) = (BigUnsigned(a), BigUnsigned(b))
      #expect(x.value == a)
      #expect(x.description == "\(a)")
      #expect((x < y) == (a < b) && (x == y) == (a == b))
      if a <= UInt128.max - b { #expect((x + y).value == a + b) }
      if a >= b { #expect((x - y).value == a - b) }
      let (product, overflow) = a.multipliedReportingOverflow(by: b)
      #expect((x * y).value == (overflow ? nil : product))
      let (quotient, remainder) = x.divided(by: y)
      #expect(quotient.value == a / b && remainder.value == a % b)
      #expect(x.dividedUp(by: y).value == a / b + (a % b == 0 ? 0 : 1))
    }
  }

  @Test("sums and products are commutative, associative and distributive, at every length")
  func ring() {
    var generator = SplitMix64(state: 2)
    for _ in 0..<3_000 {
      let a = Self.number(&generator)
      let b = Self.number(&generator)
      let c = Self.number(&generator)
      #expect(a + b == b + a && a * b == b * a)
      #expect((a + b) + c == a + (b + c) && (a * b) * c == a * (b * c))
      #expect(a * (b + c) == a * b + a * c)
      #expect((a + b) - b == a)
      #expect((a < b) == (a + c < b + c))
      #expect(a * BigUnsigned.zero == .zero && a * BigUnsigned(1) == a)
    }
  }

  @Test(
    "quotient times divisor plus remainder is what was divided, the remainder below the divisor")
  func division() {
    var generator = SplitMix64(state: 3)
    for _ in 0..<20_000 {
      let divisor = Self.number(&generator)
      guard divisor != .zero else { continue }
      let number = Self.number(&generator)
      // One less than a multiple: the digits guessed are too large most often there.
      let multiple = divisor * number
      let below = multiple == .zero ? multiple : multiple - BigUnsigned(1)
      for dividend in [number, multiple, below, multiple + BigUnsigned(1)] {
        let (quotient, remainder) = dividend.divided(by: divisor)
        #expect(quotient * divisor + remainder == dividend)
        #expect(remainder < divisor)
      }
    }
  }

  @Test("a digit guessed two too large is put back twice")
  func putBack() {
    // 2^63 + 2^32 − 1, of which a guess sees 2^31; 2^32 − 3 times this and nearly once more.
    let divisor = BigUnsigned(0x8000_0000_FFFF_FFFF)
    let dividend = divisor * BigUnsigned(0xFFFF_FFFE) - BigUnsigned(1)
    let (quotient, remainder) = dividend.divided(by: divisor)
    #expect(quotient.value == 0xFFFF_FFFD)
    #expect(remainder == divisor - BigUnsigned(1))
  }
}
