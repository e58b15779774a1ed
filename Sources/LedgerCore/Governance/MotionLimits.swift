/// Bounds of motions.
public enum MotionLimits {
  /// Parameters that one motion changes.
  public static let changesMax = 16
  /// The name of a feature.
  public static let featureNameBytesMax = 64
  /// Why a motion is made, as a link or a sentence.
  public static let reasonBytesMax = 256
  /// Features ever activated: each node compares them with what it knows at every block.
  public static let featuresMax = 256
  /// Registries whose credits may enter the reserve.
  public static let reserveRegistriesMax = 64
  /// Registrars that a motion appoints.
  public static let registrarsMax = 64
  /// Motions that are neither executed nor over, all together; those of voters take half of the
  /// places at most.
  public static let openMax = 64
  /// Emergency pauses that ER Nodes ask for, beside those; one of each account.
  public static let pausesOpenMax = 64
  /// Those of one account.
  public static let openPerProposerMax = 4
}
