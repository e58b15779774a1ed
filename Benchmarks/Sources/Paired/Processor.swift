import Foundation

/// The machine under the figures.
public enum Processor {
  /// The processor's name and features that matter here, such as "AMD EPYC, 2 cores, avx512ifma".
  public static var name: String {
    let facts = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let features = (fact("flags", in: facts) ?? "").split(separator: " ")
    let telling = ["avx2", "sha_ni", "avx512ifma"].filter { features.contains(Substring($0)) }
    let model = fact("model name", in: facts) ?? "an unnamed processor"
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return ([model, "\(cores) cores"] + telling).joined(separator: ", ")
  }

  private static func fact(_ name: String, in facts: String) -> String? {
    for line in facts.split(separator: "\n") {
      let pair = line.split(separator: ":", maxSplits: 1)
      guard pair.count == 2, pair[0].trimmingCharacters(in: .whitespaces) == name else { continue }
      return pair[1].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }
}
