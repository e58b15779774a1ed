/// Unsigned integers of any size, by schoolbook arithmetic: simple, and independent of the rules'
/// 128-bit arithmetic.
struct BigUnsigned: Hashable, Comparable, CustomStringConvertible {
  /// Little-endian limbs of 32 bits, no trailing zeros.
  private var limbs: [UInt32]

  init(_ value: UInt128) {
    limbs = []
    limbs.reserveCapacity(4)
    var rest = value
    while rest > 0 {
      limbs.append(UInt32(truncatingIfNeeded: rest))
      rest >>= 32
    }
  }

  private init(limbs: [UInt32]) {
    self.limbs = limbs
    while self.limbs.last == 0 { self.limbs.removeLast() }
  }

  static let zero = BigUnsigned(0)

  /// The value, where it fits.
  var value: UInt128? {
    guard limbs.count <= 4 else { return nil }
    return limbs.reversed().reduce(UInt128(0)) { $0 << 32 | UInt128($1) }
  }

  /// In decimal.
  var description: String {
    let (rest, digit) = divided(by: BigUnsigned(10))
    return (rest == .zero ? "" : rest.description) + "\(digit.value ?? 0)"
  }

  static func < (left: BigUnsigned, right: BigUnsigned) -> Bool {
    if left.limbs.count != right.limbs.count { return left.limbs.count < right.limbs.count }
    for index in left.limbs.indices.reversed() where left.limbs[index] != right.limbs[index] {
      return left.limbs[index] < right.limbs[index]
    }
    return false
  }

  static func + (left: BigUnsigned, right: BigUnsigned) -> BigUnsigned {
    let count = max(left.limbs.count, right.limbs.count)
    var sum: [UInt32] = []
    sum.reserveCapacity(count + 1)
    var carry: UInt64 = 0
    for index in 0..<count {
      carry += index < left.limbs.count ? UInt64(left.limbs[index]) : 0
      carry += index < right.limbs.count ? UInt64(right.limbs[index]) : 0
      sum.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    sum.append(UInt32(carry))
    return BigUnsigned(limbs: sum)
  }

  /// The difference; the left must not be smaller.
  static func - (left: BigUnsigned, right: BigUnsigned) -> BigUnsigned {
    precondition(left >= right, "a difference below zero")
    var difference: [UInt32] = []
    difference.reserveCapacity(left.limbs.count)
    var borrow: Int64 = 0
    for index in left.limbs.indices {
      let other = index < right.limbs.count ? Int64(right.limbs[index]) : 0
      var digit = Int64(left.limbs[index]) - other - borrow
      borrow = digit < 0 ? 1 : 0
      if digit < 0 { digit += 1 << 32 }
      difference.append(UInt32(digit))
    }
    return BigUnsigned(limbs: difference)
  }

  static func * (left: BigUnsigned, right: BigUnsigned) -> BigUnsigned {
    var product = [UInt32](repeating: 0, count: left.limbs.count + right.limbs.count)
    for i in left.limbs.indices {
      // At most (2^32 − 1)^2 + 2 (2^32 − 1): inside 64 bits.
      var carry: UInt64 = 0
      for j in right.limbs.indices {
        carry += UInt64(left.limbs[i]) * UInt64(right.limbs[j]) + UInt64(product[i + j])
        product[i + j] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      product[i + right.limbs.count] = UInt32(carry)
    }
    return BigUnsigned(limbs: product)
  }

  /// Quotient and remainder by long division, a limb at a time; the divisor must not be zero.
  ///
  /// Both are first multiplied so that the divisor's highest bit is set. A digit guessed from the
  /// highest limbs alone is then never too small and at most two too large (Knuth, The Art of
  /// Computer Programming 2, 4.3.1, theorem B); what was taken too much is put back.
  func divided(by divisor: BigUnsigned) -> (quotient: BigUnsigned, remainder: BigUnsigned) {
    guard let top = divisor.limbs.last else { preconditionFailure("a division by zero") }
    guard self >= divisor else { return (.zero, self) }
    let shift = top.leadingZeroBitCount
    let parts = divisor.multiplied(byTwoTo: shift)
    var rest = multiplied(byTwoTo: shift)
    rest.append(0)
    var quotient = [UInt32](repeating: 0, count: rest.count - parts.count)
    for place in quotient.indices.reversed() {
      let high = place + parts.count
      let highest = UInt64(rest[high]) << 32 | UInt64(rest[high - 1])
      var digit = min(highest / UInt64(parts[parts.count - 1]), UInt64(UInt32.max))
      var isNegative = Self.take(parts, times: digit, from: &rest, at: place)
      while isNegative {
        digit -= 1
        isNegative = !Self.putBack(parts, to: &rest, at: place)
      }
      quotient[place] = UInt32(digit)
    }
    return (BigUnsigned(limbs: quotient), Self.remainder(rest, dividedByTwoTo: shift))
  }

  /// The limbs of this times 2^shift, shift below 32.
  private func multiplied(byTwoTo shift: Int) -> [UInt32] {
    var result: [UInt32] = []
    result.reserveCapacity(limbs.count + 2)
    var carry: UInt64 = 0
    for limb in limbs {
      carry |= UInt64(limb) << UInt64(shift)
      result.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    if carry > 0 { result.append(UInt32(carry)) }
    return result
  }

  private static func remainder(_ rest: [UInt32], dividedByTwoTo shift: Int) -> BigUnsigned {
    var result = rest
    for index in rest.indices {
      let above = index + 1 < rest.count ? UInt64(rest[index + 1]) : 0
      let pair = above << 32 | UInt64(rest[index])
      result[index] = UInt32(truncatingIfNeeded: pair >> UInt64(shift))
    }
    return BigUnsigned(limbs: result)
  }

  /// Subtracts `parts × digit` from the limbs from `place` on; whether that went below zero.
  private static func take(
    _ parts: [UInt32], times digit: UInt64, from rest: inout [UInt32], at place: Int
  ) -> Bool {
    var carry: UInt64 = 0
    var borrow: UInt64 = 0
    for index in 0...parts.count {
      carry += index < parts.count ? UInt64(parts[index]) * digit : 0
      let less = UInt64(rest[place + index]) &- (carry & 0xFFFF_FFFF) &- borrow
      rest[place + index] = UInt32(truncatingIfNeeded: less)
      borrow = less >> 63
      carry >>= 32
    }
    return borrow == 1
  }

  /// Adds `parts` to the limbs from `place` on; whether they are no longer below zero.
  private static func putBack(_ parts: [UInt32], to rest: inout [UInt32], at place: Int) -> Bool {
    var carry: UInt64 = 0
    for index in 0...parts.count {
      carry += UInt64(rest[place + index]) + (index < parts.count ? UInt64(parts[index]) : 0)
      rest[place + index] = UInt32(truncatingIfNeeded: carry)
      carry >>= 32
    }
    return carry == 1
  }

  /// The quotient rounded up.
  func dividedUp(by divisor: BigUnsigned) -> BigUnsigned {
    let (quotient, remainder) = divided(by: divisor)
    return remainder == .zero ? quotient : quotient + BigUnsigned(1)
  }
}
