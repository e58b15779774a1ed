/// Where things lie in a node's home.
struct StorePaths: Sendable {
  let data: String
  var state: String { data + "/state" }
  var log: String { data + "/log" }
  var bundles: String { data + "/bundles" }
  var votes: String { data + "/votes" }

  init(home: String) { data = home + "/data" }
}
