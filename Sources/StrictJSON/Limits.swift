/// Upper bounds of the JSON that is read.
public enum JSONLimits {
  /// How deep lists and objects may nest: twice what any answer or file does.
  public static let depthMax = 16
  /// Characters of a number: more than the longest 64-bit integer and a float written out.
  public static let numberBytesMax = 40
  /// A text; its reader has mostly read fewer bytes to begin with.
  public static let bytesMax = 256 * 1024 * 1024
  /// Characters of a name that an error repeats.
  public static let shownCharactersMax = 64
}
