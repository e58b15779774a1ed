/// A natural number of any size: nothing of the ledger's own arithmetic is used to check it.
struct BigNumber: Comparable, CustomStringConvertible {
  /// Base 2^32, least significant first, without leading zeros.
  private var limbs: [UInt32]

  init(_ value: UInt64) {
    limbs = [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)]
    trim()
  }

  /// Of decimal digits.
  init?(_ text: String) {
    self.init(0)
    for digit in text.utf8 {
      guard (0x30...0x39).contains(digit) else { return nil }
      self = self * BigNumber(10) + BigNumber(UInt64(digit - 0x30))
    }
  }

  private mutating func trim() {
    while limbs.last == 0 { limbs.removeLast() }
  }

  static func + (left: BigNumber, right: BigNumber) -> BigNumber {
    var sum = BigNumber(0)
    var carry: UInt64 = 0
    for index in 0..<max(left.limbs.count, right.limbs.count) + 1 {
      carry += UInt64(left.limb(index)) + UInt64(right.limb(index))
      sum.limbs.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    sum.trim()
    return sum
  }

  /// The difference; `left` must not be smaller.
  static func - (left: BigNumber, right: BigNumber) -> BigNumber {
    var difference = BigNumber(0)
    var borrow: Int64 = 0
    for index in left.limbs.indices {
      var value = Int64(left.limb(index)) - Int64(right.limb(index)) - borrow
      borrow = value < 0 ? 1 : 0
      if value < 0 { value += 1 << 32 }
      difference.limbs.append(UInt32(truncatingIfNeeded: value))
    }
    difference.trim()
    return difference
  }

  static func * (left: BigNumber, right: BigNumber) -> BigNumber {
    var limbs = [UInt32](repeating: 0, count: left.limbs.count + right.limbs.count)
    for (i, a) in left.limbs.enumerated() {
      var carry: UInt64 = 0
      for (j, b) in right.limbs.enumerated() {
        let value = UInt64(a) * UInt64(b) + UInt64(limbs[i + j]) + carry
        limbs[i + j] = UInt32(truncatingIfNeeded: value)
        carry = value >> 32
      }
      limbs[i + right.limbs.count] = UInt32(truncatingIfNeeded: carry)
    }
    var product = BigNumber(0)
    product.limbs = limbs
    product.trim()
    return product
  }

  /// The quotient rounded up, by long division bit by bit.
  func dividedRoundingUp(by divisor: BigNumber) -> BigNumber {
    var quotient = BigNumber(0)
    var rest = BigNumber(0)
    for bit in (0..<limbs.count * 32).reversed() {
      rest = rest + rest + BigNumber(UInt64(limbs[bit / 32] >> UInt32(bit % 32) & 1))
      quotient = quotient + quotient
      if rest >= divisor {
        rest = rest - divisor
        quotient = quotient + BigNumber(1)
      }
    }
    return rest == BigNumber(0) ? quotient : quotient + BigNumber(1)
  }

  private func limb(_ index: Int) -> UInt32 { index < limbs.count ? limbs[index] : 0 }

  static func < (left: BigNumber, right: BigNumber) -> Bool {
    if left.limbs.count != right.limbs.count { return left.limbs.count < right.limbs.count }
    for index in left.limbs.indices.reversed() where left.limbs[index] != right.limbs[index] {
      return left.limbs[index] < right.limbs[index]
    }
    return false
  }

  var description: String {
    var digits: [UInt8] = []
    var rest = limbs
    while !rest.isEmpty {
      var remainder: UInt64 = 0
      for index in rest.indices.reversed() {
        let value = remainder << 32 | UInt64(rest[index])
        rest[index] = UInt32(truncatingIfNeeded: value / 10)
        remainder = value % 10
      }
      digits.append(UInt8(0x30 + remainder))
      while rest.last == 0 { rest.removeLast() }
    }
    return digits.isEmpty ? "0" : String(decoding: digits.reversed(), as: UTF8.self)
  }
}
