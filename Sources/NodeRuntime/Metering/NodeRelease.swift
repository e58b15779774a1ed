/// What runs here.
public enum NodeRelease {
  /// The heading in CHANGELOG.md.
  public static let version = "unreleased"
}
