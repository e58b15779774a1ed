extension String {
  /// 1 … `max` bytes of printable ASCII.
  func isPrintableASCII(max: Int) -> Bool {
    (1...max).contains(utf8.count) && utf8.allSatisfy { (0x20...0x7E).contains($0) }
  }

  /// 1 … `max` bytes.
  func isText(max: Int) -> Bool { (1...max).contains(utf8.count) }
}
