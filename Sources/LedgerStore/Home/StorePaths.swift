/// Where things lie in a node's home.
struct StorePaths: Sendable {
  let data: String
  var state: String { data + "/state" }
  var log: String { data + "/log" }
  var bundles: String { data + "/bundles" }
  var votes: String { data + "/votes" }
  /// How the validator set changed; never removed.
  var sets: String { data + "/sets" }

  /// Derived from the log, and rebuilt from it.
  var history: String { data + "/history" }

  /// The state's file, as LMDB names it.
  var stateFile: String { state + "/data.mdb" }

  init(home: String) { data = home + "/data" }

  /// Checks the state's file before LMDB trusts it: about half a second for 10 million records.
  ///
  /// - Throws: `notCreated` when there is none, or `damaged`.
  func checkStateFile(home: String) throws(StoreError) {
    guard Folder.exists(stateFile), try File(stateFile, .read).size() > 0 else {
      throw .notCreated(path: home)
    }
    try PageCheck.run(stateFile)
  }
}
