/// Where a path runs: at an edge of the tree, or beside another path (ICS-23 `proof.go`).
extension InnerSpec {
  /// Every step comes from the first child, or from one with only empty children before it.
  func isLeftmost(_ path: ArraySlice<InnerOp>) -> Bool {
    path.allSatisfy { hasPadding($0, of: 0) || leftBranchesAreEmpty($0) }
  }

  /// Every step comes from the last child, or from one with only empty children after it.
  func isRightmost(_ path: ArraySlice<InnerOp>) -> Bool {
    path.allSatisfy { hasPadding($0, of: childOrder.count - 1) || rightBranchesAreEmpty($0) }
  }

  /// From the root down the paths agree, then part to adjacent children; below, the left one keeps
  /// to the right and the right one to the left.
  func areNeighbours(_ left: ArraySlice<InnerOp>, _ right: ArraySlice<InnerOp>) -> Bool {
    var left = left
    var right = right
    while let leftStep = left.popLast(), let rightStep = right.popLast() {
      if leftStep.prefix == rightStep.prefix && leftStep.suffix == rightStep.suffix { continue }
      guard let leftBranch = branch(of: leftStep), let rightBranch = branch(of: rightStep) else {
        return false
      }
      return leftBranch + 1 == rightBranch && isRightmost(left) && isLeftmost(right)
    }
    return false
  }

  /// The child that a step comes from, by its padding; nil when it fits none.
  func branch(of step: InnerOp) -> Int? {
    childOrder.indices.first { hasPadding(step, of: $0) }
  }

  private func hasPadding(_ step: InnerOp, of branch: Int) -> Bool {
    guard let place = childOrder.firstIndex(of: branch) else { return false }
    let before = place * childBytes
    return step.prefix.count >= before + prefixBytesMin
      && step.prefix.count <= before + prefixBytesMax
      && step.suffix.count == (childOrder.count - 1 - place) * childBytes
  }

  func leftBranchesAreEmpty(_ step: InnerOp) -> Bool {
    guard let count = branch(of: step), count > 0 else { return false }
    let start = step.prefix.count - count * childBytes
    guard start >= 0 else { return false }
    return (0..<count).allSatisfy { branch in
      guard let place = childOrder.firstIndex(of: branch) else { return false }
      return isEmptyChild(step.prefix[start...], at: place)
    }
  }

  func rightBranchesAreEmpty(_ step: InnerOp) -> Bool {
    guard let branch = branch(of: step) else { return false }
    let count = childOrder.count - 1 - branch
    guard count > 0, step.suffix.count == count * childBytes else { return false }
    return (0..<count).allSatisfy { isEmptyChild(step.suffix[...], at: $0) }
  }

  private func isEmptyChild(_ children: ArraySlice<UInt8>, at place: Int) -> Bool {
    let start = children.startIndex + place * childBytes
    guard start + childBytes <= children.endIndex else { return false }
    return children[start..<start + childBytes].elementsEqual(emptyChild)
  }
}
