public import LedgerCore
public import NodeAnswers

/// A list that nodes answer page by page, read as far as it is asked for.
///
///     for try await block in ledger.blocks() { … }
///
/// Pages come from whichever node answers: their cursors are the same on all.
public struct Pages<Item: Codable & Equatable & Sendable>: AsyncSequence, Sendable {
  public typealias Element = Item
  public typealias Failure = ClientError

  typealias Load = @Sendable (_ cursor: String?) async throws(ClientError) -> PageAnswer<Item>

  private let load: Load
  private let mayBeEmpty: Bool

  /// - Parameter mayBeEmpty: a page without items may name a next one: the node looked at as many
  ///   as it does for one request, and took none.
  init(mayBeEmpty: Bool = false, _ load: @escaping Load) {
    self.load = load
    self.mayBeEmpty = mayBeEmpty
  }

  public func makeAsyncIterator() -> Iterator { Iterator(load: load, mayBeEmpty: mayBeEmpty) }

  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let load: Load
    private let mayBeEmpty: Bool
    private var items: ArraySlice<Item> = []
    private var cursor: String?
    private var isOver = false

    fileprivate init(load: @escaping Load, mayBeEmpty: Bool) {
      self.load = load
      self.mayBeEmpty = mayBeEmpty
    }

    public mutating func next() async throws(ClientError) -> Item? {
      while items.isEmpty, !isOver {
        let page = try await load(cursor)
        // A page that leads to itself, or nowhere, would never end.
        guard page.next == nil || page.next != cursor,
          page.next == nil || mayBeEmpty || !page.items.isEmpty
        else { throw .malformedAnswer("a page is followed by itself") }
        items = page.items[...]
        cursor = page.next
        isOver = cursor == nil
      }
      return items.popFirst()
    }
  }
}

extension Ledger {
  /// Final blocks, newest first.
  public func blocks(pageSize: Int = PageFormat.itemsDefault) -> Pages<BlockAnswer> {
    Pages { cursor throws(ClientError) in
      try await self.ask { node throws(ClientError) in
        try await node.blocks(cursor: cursor, limit: pageSize)
      }
    }
  }

  /// A block's transactions, in order.
  public func transactions(inBlock height: UInt64, pageSize: Int = PageFormat.itemsDefault)
    -> Pages<TransactionAnswer>
  {
    Pages { cursor throws(ClientError) in
      try await self.ask { node throws(ClientError) in
        try await node.transactions(inBlock: height, cursor: cursor, limit: pageSize)
      }
    }
  }

  /// An account's final transactions, newest first: those it sent, paid for, or is named in.
  public func transactions(of account: AccountID, pageSize: Int = PageFormat.itemsDefault)
    -> Pages<TransactionAnswer>
  {
    let address = address(account)
    return Pages { cursor throws(ClientError) in
      try await self.ask { node throws(ClientError) in
        try await node.transactions(of: address, cursor: cursor, limit: pageSize)
      }
    }
  }

  /// Offences of ER Nodes that the chain has recorded, newest first.
  public func offences(pageSize: Int = PageFormat.itemsDefault) -> Pages<OffenceAnswer> {
    Pages { cursor throws(ClientError) in
      try await self.ask { node throws(ClientError) in
        try await node.offences(cursor: cursor, limit: pageSize)
      }
    }
  }

  /// Carbon statements, newest first.
  public func statements(pageSize: Int = PageFormat.itemsDefault) -> Pages<StatementAtHeight> {
    Pages { cursor throws(ClientError) in
      try await self.ask { node throws(ClientError) in
        try await node.statements(cursor: cursor, limit: pageSize)
      }
    }
  }
}
