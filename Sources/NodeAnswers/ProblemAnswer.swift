/// `GET /v1/problems/{code}`: what a stable code means.
public struct ProblemAnswer: Codable, Equatable, Sendable {
  public var code: String
  /// The HTTP status it comes with; absent for codes of transactions.
  public var status: Int?
  public var title: String
  /// What a client can do.
  public var advice: String

  public init(code: String, status: Int?, title: String, advice: String) {
    self.code = code
    self.status = status
    self.title = title
    self.advice = advice
  }
}
