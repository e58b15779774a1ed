extension Transaction {
  /// Signs a body with the sender's keys, and the sponsor's when it names one.
  public init(
    body: TransactionBody, chain: ChainID, senderKeys: [SigningKey],
    sponsorKeys: [SigningKey] = []
  ) throws(BCSError) {
    let message = body.bcs[...]
    let prefix = SigningDomain.transaction.prefix(chain)
    func authorize(_ key: SigningKey) -> Authorization {
      Authorization(key: key.publicKey, signature: key.sign(prefix: prefix, message: message))
    }
    try self.init(
      body: body, senderAuthorizations: senderKeys.map(authorize),
      sponsorAuthorizations: sponsorKeys.map(authorize))
  }
}
