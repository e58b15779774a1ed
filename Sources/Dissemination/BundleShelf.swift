import DequeModule
import LedgerCore

/// All bundles that a node holds: undecided ones by digest and by author and number, recently
/// decided ones by digest.
struct BundleShelf: Sendable {
  private(set) var held: [Digest: HeldBundle] = [:]
  /// Transactions in all of `held`.
  private(set) var transactionCount = 0
  /// Bytes of undecided bundles of each author.
  var authorBytesMax = DisseminationLimits.authorBytesMax
  /// Ascending by account.
  var authors: [AuthorShelf] = []
  /// Held beside the number's first bundle, because a proposal needed them.
  private var alternates: [Digest] = []
  private var decided: [Digest: ArraySlice<UInt8>] = [:]
  private var decidedOrder = Deque<(height: UInt64, digest: Digest)>()
  private var decidedBytes = 0
  private var expiredOnDisk = Deque<(height: UInt64, digest: Digest)>()
  private var bad: Set<Digest> = []
  private var badOrder = Deque<Digest>()

  // MARK: authors

  private func position(of account: AccountID) -> (index: Int, isPresent: Bool) {
    var low = 0
    var high = authors.count
    while low < high {
      let middle = (low + high) / 2
      if authors[middle].account < account { low = middle + 1 } else { high = middle }
    }
    return (low, low < authors.count && authors[low].account == account)
  }

  func authorIndex(_ account: AccountID) -> Int? {
    let (index, isPresent) = position(of: account)
    return isPresent ? index : nil
  }

  mutating func makeAuthor(_ account: AccountID) -> Int {
    let (index, isPresent) = position(of: account)
    if !isPresent { authors.insert(AuthorShelf(account: account), at: index) }
    return index
  }

  func author(_ account: AccountID) -> AuthorShelf? { authorIndex(account).map { authors[$0] } }

  /// Author and lane of a header, when there is one.
  func laneIndices(_ author: AccountID, _ incarnation: UInt64) -> (author: Int, lane: Int)? {
    guard let index = authorIndex(author), let lane = authors[index].laneIndex(incarnation)
    else { return nil }
    return (index, lane)
  }

  // MARK: bundles

  private mutating func keep(_ bundle: HeldBundle) {
    drop(bundle.digest)
    held[bundle.digest] = bundle
    transactionCount += Int(bundle.header.transactionCount)
  }

  @discardableResult
  private mutating func drop(_ digest: Digest) -> HeldBundle? {
    guard let bundle = held.removeValue(forKey: digest) else { return nil }
    transactionCount -= Int(bundle.header.transactionCount)
    return bundle
  }

  subscript(digest: Digest) -> HeldBundle? { held[digest] }

  func holds(_ digest: Digest) -> Bool { held[digest] != nil || decided[digest] != nil }

  func isBad(_ digest: Digest) -> Bool { bad.contains(digest) }

  var byteCount: Int { authors.reduce(0) { $0 + $1.byteCount } }

  /// The bytes of a decided bundle still in memory.
  func decidedBytes(_ digest: Digest) -> ArraySlice<UInt8>? { decided[digest] }

  /// Where a bundle of this header would stand when `nextHeight` is being decided.
  func place(_ header: BundleHeader, nextHeight: UInt64) -> BundlePlace {
    guard header.birthHeight <= nextHeight + 1 else { return .ahead }
    guard header.birthHeight + Limits.bundleAgeHeightsMax >= nextHeight else { return .over }
    guard let author = author(header.author) else {
      return header.number < DisseminationLimits.numbersAheadMax ? .free : .ahead
    }
    guard let first = author.firstNumber(of: header.incarnation), header.number >= first
    else { return .over }
    guard header.number - first < DisseminationLimits.numbersAheadMax else { return .ahead }
    if let index = author.laneIndex(header.incarnation) {
      let lane = author.lanes[index]
      if let digest = lane.numbers[header.number] { return .taken(digest) }
      if header.number >= lane.deadFrom { return .over }
    } else if author.lanes.count >= DisseminationLimits.incarnationsMax {
      return .full
    }
    guard author.bundleCount < DisseminationLimits.authorBundlesMax,
      author.byteCount + Int(header.transactionBytes) <= authorBytesMax
    else { return .full }
    return .free
  }

  /// Puts a verified bundle at its free place.
  mutating func insert(_ bundle: HeldBundle) {
    let header = bundle.header
    let author = makeAuthor(header.author)
    guard let lane = authors[author].makeLane(header.incarnation) else { return }
    assert(authors[author].lanes[lane].numbers[header.number] == nil)
    keep(bundle)
    authors[author].lanes[lane].numbers[header.number] = bundle.digest
    authors[author].lanes[lane].end = max(authors[author].lanes[lane].end, header.number + 1)
    authors[author].bundleCount += 1
    authors[author].byteCount += Int(header.transactionBytes)
    if bundle.isStored { advanceStored(author, lane) }
  }

  /// Keeps a needed bundle whose place is not free, until the height is decided.
  mutating func insertAlternate(_ bundle: HeldBundle) {
    keep(bundle)
    alternates.append(bundle.digest)
  }

  /// Marks a bundle as synced; false when it is held no more.
  mutating func markStored(_ digest: Digest) -> Bool {
    guard let header = held[digest]?.header else { return false }
    held[digest]?.isStored = true
    if let (author, lane) = laneIndices(header.author, header.incarnation) {
      advanceStored(author, lane)
    }
    return true
  }

  /// Marks a bundle as waited for as long as it is held; false when it was before.
  mutating func markFirm(_ digest: Digest) -> Bool {
    guard held[digest]?.isFirm == false else { return false }
    held[digest]?.isFirm = true
    return true
  }

  /// The bundles that should be firm once `nextHeight` is being decided and are not, each once.
  mutating func takeOverdue(nextHeight: UInt64) -> [HeldBundle] {
    var overdue: [HeldBundle] = []
    for lane in authors.lazy.flatMap(\.lanes) {
      var number = max(lane.first, lane.announcedEnd)
      while number < lane.end {
        defer { number += 1 }
        guard let digest = lane.numbers[number], let bundle = held[digest], !bundle.isFirm,
          !bundle.isOverdue,
          bundle.header.birthHeight + DisseminationLimits.firmHeights < nextHeight
        else { continue }
        held[digest]?.isOverdue = true
        overdue.append(bundle)
      }
    }
    return overdue
  }

  private mutating func advanceStored(_ author: Int, _ index: Int) {
    var lane = authors[author].lanes[index]
    while let digest = lane.numbers[lane.storedEnd], held[digest]?.isStored == true {
      lane.storedEnd += 1
      lane.gap.attempt = 0
      lane.gap.asked = nil
    }
    if lane.storedEnd >= lane.gap.askedEnd { lane.gap.nextAt = 0 }
    authors[author].lanes[index] = lane
  }

  /// Takes a numbered bundle out of its lane.
  private mutating func take(_ number: UInt64, author: Int, lane: Int) -> HeldBundle? {
    guard let digest = authors[author].lanes[lane].numbers.removeValue(forKey: number),
      let bundle = drop(digest)
    else { return nil }
    authors[author].bundleCount -= 1
    authors[author].byteCount -= Int(bundle.header.transactionBytes)
    return bundle
  }

  mutating func markBad(_ digest: Digest) {
    guard bad.insert(digest).inserted else { return }
    badOrder.append(digest)
    if badOrder.count > DisseminationLimits.badDigestsMax { bad.remove(badOrder.removeFirst()) }
  }

  // MARK: decisions

  /// Takes over how far authors are that nothing is known of yet. Of the others it is: each block
  /// has told.
  mutating func learn(_ progress: [AuthorProgress]) {
    for entry in progress {
      let author = makeAuthor(entry.author)
      if authors[author].committed == nil { authors[author].committed = entry }
    }
  }

  /// Takes a decided run out of its lane: the bundles that it named, and others that stood under
  /// their numbers.
  mutating func commit(_ run: BundleRun, height: UInt64) -> (
    named: [HeldBundle], lost: [HeldBundle]
  ) {
    var named: [HeldBundle] = []
    var lost: [HeldBundle] = []
    let author = makeAuthor(run.author)
    let last = run.firstNumber + UInt64(run.digests.count) - 1
    let lane = authors[author].laneIndex(run.incarnation)
    for (offset, digest) in run.digests.enumerated() {
      let number = run.firstNumber + UInt64(offset)
      if let lane, let bundle = take(number, author: author, lane: lane) {
        if bundle.digest == digest { named.append(bundle) } else { lost.append(bundle) }
      }
      if alternates.contains(digest), let bundle = drop(digest) {
        named.append(bundle)
      }
    }
    authors[author].committed = AuthorProgress(
      author: run.author, incarnation: run.incarnation, number: last)
    if let lane { authors[author].lanes[lane].advance(to: last + 1) }
    for bundle in named { keepDecided(bundle, height: height) }
    return (named, lost)
  }

  private mutating func keepDecided(_ bundle: HeldBundle, height: UInt64) {
    guard decided.updateValue(bundle.bundle.bytes, forKey: bundle.digest) == nil else { return }
    decidedOrder.append((height, bundle.digest))
    decidedBytes += bundle.bundle.bytes.count
  }

  /// Takes out, once `nextHeight` is being decided, all that can never be named: alternates, lanes
  /// of past incarnations, and in each lane what expired with all that follows it.
  mutating func takeExpired(nextHeight: UInt64) -> [HeldBundle] {
    var expired: [HeldBundle] = []
    for digest in alternates {
      if let bundle = drop(digest) { expired.append(bundle) }
    }
    alternates = []
    for author in authors.indices {
      for lane in authors[author].lanes.indices {
        let incarnation = authors[author].lanes[lane].incarnation
        let isOver = authors[author].firstNumber(of: incarnation) == nil
        var isDead = isOver
        for number in authors[author].lanes[lane].heldNumbers {
          guard let digest = authors[author].lanes[lane].numbers[number],
            let birth = held[digest]?.header.birthHeight
          else { continue }
          if !isDead, birth + Limits.bundleAgeHeightsMax < nextHeight {
            isDead = true
            authors[author].lanes[lane].deadFrom = number
          }
          guard isDead, let bundle = take(number, author: author, lane: lane) else { continue }
          expired.append(bundle)
        }
        if isDead { shorten(author, lane) }
      }
      dropEmptyLanes(author)
    }
    return expired
  }

  /// Brings a lane's ends down to `deadFrom`.
  private mutating func shorten(_ author: Int, _ index: Int) {
    var lane = authors[author].lanes[index]
    lane.end = max(lane.first, min(lane.end, lane.deadFrom))
    lane.storedEnd = max(lane.first, min(lane.storedEnd, lane.deadFrom))
    lane.toldEnd = max(lane.first, min(lane.toldEnd, lane.deadFrom))
    authors[author].lanes[index] = lane
  }

  /// Drops lanes that are over, and empty ones below the highest.
  private mutating func dropEmptyLanes(_ index: Int) {
    let author = authors[index]
    let highest = author.lanes.last?.incarnation
    authors[index].lanes.removeAll { lane in
      author.firstNumber(of: lane.incarnation) == nil
        || (lane.numbers.isEmpty && lane.incarnation != highest)
    }
  }

  /// Notes that these bundles' disk copies go when their transactions have found another place.
  mutating func scheduleDiscard(_ digests: [Digest], nextHeight: UInt64) {
    for digest in digests {
      expiredOnDisk.append((nextHeight + DisseminationLimits.expiredKeepHeights, digest))
    }
  }

  /// The digests whose disk copies go now.
  mutating func takeDiscards(nextHeight: UInt64) -> [Digest] {
    var digests: [Digest] = []
    while let next = expiredOnDisk.first, next.height <= nextHeight {
      digests.append(expiredOnDisk.removeFirst().digest)
    }
    return digests
  }

  /// Forgets decided bundles that are old or too many.
  mutating func trimDecided(height: UInt64) {
    while let oldest = decidedOrder.first,
      oldest.height + DisseminationLimits.decidedKeepHeights <= height
        || decidedBytes > DisseminationLimits.decidedKeepBytesMax
    {
      decidedOrder.removeFirst()
      decidedBytes -= decided.removeValue(forKey: oldest.digest)?.count ?? 0
    }
  }
}
