/// Upper bounds of what wallets read and keep.
public enum WalletLimits {
  /// Accounts in one keyring folder.
  public static let accountsMax = 10_000
  /// Characters of an account's name: fewer than a public key has in hexadecimal.
  public static let nameCharactersMax = 63
  /// A keyring's index: every account with the longest name and path.
  public static let indexBytesMax = 4 * 1024 * 1024
  /// A mnemonic as typed, with its spaces.
  public static let sentenceBytesMax = 2_048
  /// A mnemonic's passphrase, after normalization.
  public static let mnemonicPassphraseBytesMax = 1_024
  /// The highest index of an account, and of any hardened step of a path: 2^31 − 1.
  public static let indexMax: UInt32 = 0x7FFF_FFFF
  /// Steps of a derivation path.
  public static let pathStepsMax = 16
  /// A text or file that is signed as a message.
  public static let messageBytesMax = 64 * 1024 * 1024
  /// A transaction file: the body in hexadecimal, its contents, and all signatures there may be.
  public static let transactionFileBytesMax = 512 * 1024
  /// A list of transfers, as CSV or JSON.
  public static let transferListBytesMax = 256 * 1024
}
