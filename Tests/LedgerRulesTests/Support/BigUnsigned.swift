/// Unsigned integers of any size, by schoolbook arithmetic on decimal-free limbs: slow, simple, and
/// independent of the rules' 128-bit arithmetic.
struct BigUnsigned: Comparable {
  /// Little-endian limbs of 16 bits, no trailing zeros.
  private var limbs: [UInt32]

  init(_ value: UInt128) {
    var rest = value
    limbs = []
    while rest > 0 {
      limbs.append(UInt32(rest & 0xFFFF))
      rest >>= 16
    }
  }

  private init(limbs: [UInt32]) {
    var limbs = limbs
    while limbs.last == 0 { limbs.removeLast() }
    self.limbs = limbs
  }

  static let zero = BigUnsigned(0)

  /// The value, where it fits.
  var value: UInt128? {
    guard limbs.count <= 8 else { return nil }
    return limbs.reversed().reduce(UInt128(0)) { $0 << 16 | UInt128($1) }
  }

  static func < (left: BigUnsigned, right: BigUnsigned) -> Bool {
    if left.limbs.count != right.limbs.count { return left.limbs.count < right.limbs.count }
    for (a, b) in zip(left.limbs.reversed(), right.limbs.reversed()) where a != b { return a < b }
    return false
  }

  static func + (left: BigUnsigned, right: BigUnsigned) -> BigUnsigned {
    var sum: [UInt32] = []
    var carry: UInt32 = 0
    for index in 0..<max(left.limbs.count, right.limbs.count) + 1 {
      let a = index < left.limbs.count ? left.limbs[index] : 0
      let b = index < right.limbs.count ? right.limbs[index] : 0
      sum.append((a + b + carry) & 0xFFFF)
      carry = (a + b + carry) >> 16
    }
    return BigUnsigned(limbs: sum)
  }

  /// The difference; the left must not be smaller.
  static func - (left: BigUnsigned, right: BigUnsigned) -> BigUnsigned {
    var difference: [UInt32] = []
    var borrow: Int64 = 0
    for index in left.limbs.indices {
      let b = index < right.limbs.count ? Int64(right.limbs[index]) : 0
      var digit = Int64(left.limbs[index]) - b - borrow
      borrow = digit < 0 ? 1 : 0
      if digit < 0 { digit += 65_536 }
      difference.append(UInt32(digit))
    }
    precondition(borrow == 0)
    return BigUnsigned(limbs: difference)
  }

  static func * (left: BigUnsigned, right: BigUnsigned) -> BigUnsigned {
    var product = [UInt64](repeating: 0, count: left.limbs.count + right.limbs.count + 1)
    for (i, a) in left.limbs.enumerated() {
      for (j, b) in right.limbs.enumerated() {
        product[i + j] += UInt64(a) * UInt64(b)
        product[i + j + 1] += product[i + j] >> 16
        product[i + j] &= 0xFFFF
      }
    }
    for index in product.indices.dropLast() {
      product[index + 1] += product[index] >> 16
      product[index] &= 0xFFFF
    }
    return BigUnsigned(limbs: product.map { UInt32($0) })
  }

  private mutating func double(adding bit: UInt32) {
    var carry = bit
    for index in limbs.indices {
      let doubled = limbs[index] << 1 | carry
      limbs[index] = doubled & 0xFFFF
      carry = doubled >> 16
    }
    if carry > 0 { limbs.append(carry) }
  }

  /// Quotient and remainder by binary long division.
  func divided(by divisor: BigUnsigned) -> (quotient: BigUnsigned, remainder: BigUnsigned) {
    var quotient = BigUnsigned.zero
    var remainder = BigUnsigned.zero
    for limb in limbs.reversed() {
      for bit in (0..<16).reversed() {
        remainder.double(adding: limb >> UInt32(bit) & 1)
        let fits = remainder >= divisor
        if fits { remainder = remainder - divisor }
        quotient.double(adding: fits ? 1 : 0)
      }
    }
    return (quotient, remainder)
  }

  /// The quotient rounded up.
  func dividedUp(by divisor: BigUnsigned) -> BigUnsigned {
    let (quotient, remainder) = divided(by: divisor)
    return remainder == .zero ? quotient : quotient + BigUnsigned(1)
  }
}
