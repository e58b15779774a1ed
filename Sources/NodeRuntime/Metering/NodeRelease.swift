/// What runs here.
enum NodeRelease {
  /// The heading in CHANGELOG.md.
  static let version = "unreleased"
}
