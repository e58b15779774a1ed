import ArgumentParser
import LedgerClient
import LedgerCore
import NodeAnswers

/// A lot or a part of it as people write it: `23`, or `23:5-104` for serials 5 to 104 of lot 23.
struct LotPart {
  let lot: UInt64
  /// First and last serial; nil for the whole lot.
  let serials: ClosedRange<UInt64>?

  init(_ text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first, let lot = UInt64(first) else {
      throw ValidationError("`\(text)` is no lot: write 23, or 23:5-104 for a part of it.")
    }
    self.lot = lot
    guard parts.count == 2 else {
      serials = nil
      return
    }
    let ends = parts[1].split(separator: "-", omittingEmptySubsequences: false)
    guard let start = ends.first.flatMap({ UInt64($0) }),
      let end = ends.last.flatMap({ UInt64($0) }), ends.count <= 2
    else {
      throw ValidationError(
        "`\(parts[1])` are no serials: write 23:5-104, or 23:5 for serial 5 of lot 23.")
    }
    guard start <= end else {
      throw ValidationError("Serials \(start)-\(end) end before they begin.")
    }
    serials = start...end
  }

  /// The range; a whole lot's is asked of a node.
  func range(_ ledger: Ledger) async throws -> LotRange {
    if let serials {
      return LotRange(lot: lot, start: serials.lowerBound, end: serials.upperBound)
    }
    let answer = try await ledger.lot(lot).lot
    return LotRange(lot: lot, start: answer.start, end: answer.end)
  }
}

/// Parses a day as people write it, `2025-12-31`, to yyyymmdd.
func calendarDay(_ text: String) throws -> UInt32 {
  let parts = text.split(separator: "-", omittingEmptySubsequences: false)
  guard parts.map(\.count) == [4, 2, 2], let number = UInt32(parts.joined()) else {
    throw ValidationError("`\(text)` is no day, such as 2025-12-31.")
  }
  return number
}

/// Parses a hash in hexadecimal.
func digest(_ text: String) throws -> Digest {
  guard let digest = Digest(hex: text) else {
    throw ValidationError("`\(text)` is no SHA-256: 64 hexadecimal digits.")
  }
  return digest
}

/// Parses a reason for a retirement by its code.
func retirementReason(_ text: String) throws -> RetirementReason {
  guard let reason = RetirementReason.allCases.first(where: { $0.code == text }) else {
    let codes = RetirementReason.allCases.map(\.code).joined(separator: ", ")
    throw ValidationError("`\(text)` is none of \(codes).")
  }
  return reason
}
