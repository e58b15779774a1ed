import Foundation

/// A file of numbers in memory: shared by the figures' processes, never copied.
final class MappedArray<Element: FixedWidthInteger> {
  let count: Int
  let start: UnsafeMutablePointer<Element>

  /// Opens a file of exactly so many numbers.
  ///
  /// - Parameter create: makes it, of zeros.
  init(_ path: String, count: Int, create: Bool = false) throws {
    self.count = count
    let bytes = count * MemoryLayout<Element>.stride
    let file = open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT | O_TRUNC : 0), 0o600)
    guard file >= 0 else { throw BenchmarkFault.system("open \(path)", errno) }
    defer { close(file) }
    if create, ftruncate(file, bytes) != 0 { throw BenchmarkFault.system("size \(path)", errno) }
    var facts = stat()
    guard fstat(file, &facts) == 0, Int(facts.st_size) == bytes else {
      throw BenchmarkFault.broken("\(path) does not hold \(count) numbers")
    }
    guard let mapped = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
      mapped != MAP_FAILED
    else { throw BenchmarkFault.system("map \(path)", errno) }
    start = mapped.bindMemory(to: Element.self, capacity: count)
  }

  deinit { munmap(start, count * MemoryLayout<Element>.stride) }

  subscript(index: Int) -> Element {
    get {
      precondition(0..<count ~= index)
      return start[index]
    }
    set {
      precondition(0..<count ~= index)
      start[index] = newValue
    }
  }
}
