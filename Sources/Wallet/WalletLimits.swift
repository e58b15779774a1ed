/// Bounds of a keyring.
enum WalletLimits {
  /// Accounts in one keyring folder.
  static let accountsMax = 10_000
  /// Characters of an account's name.
  static let nameCharactersMax = 64
}
