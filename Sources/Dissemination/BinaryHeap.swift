/// A binary min-heap: the smallest element is read in O(1), taken and inserted in O(log n).
struct BinaryHeap<Element: Comparable & Sendable>: Sendable {
  /// The elements in heap order, a function of the operations alone.
  private(set) var elements: [Element] = []

  var count: Int { elements.count }

  var first: Element? { elements.first }

  mutating func insert(_ element: Element) {
    elements.append(element)
    siftUp(elements.count - 1)
  }

  @discardableResult
  mutating func popFirst() -> Element? {
    guard let last = elements.popLast() else { return nil }
    guard let first = elements.first else { return last }
    elements[0] = last
    siftDown(0)
    return first
  }

  /// O(n).
  mutating func removeAll(where shouldRemove: (Element) -> Bool) {
    elements.removeAll(where: shouldRemove)
    for index in stride(from: elements.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
  }

  private mutating func siftUp(_ start: Int) {
    var index = start
    while index > 0 {
      let parent = (index - 1) / 2
      guard elements[index] < elements[parent] else { return }
      elements.swapAt(index, parent)
      index = parent
    }
  }

  private mutating func siftDown(_ start: Int) {
    var index = start
    while true {
      var least = index
      let left = 2 * index + 1
      if left < elements.count, elements[left] < elements[least] { least = left }
      if left + 1 < elements.count, elements[left + 1] < elements[least] { least = left + 1 }
      guard least != index else { return }
      elements.swapAt(index, least)
      index = least
    }
  }
}
