/// Everything the checks find in this package, before exceptions.
enum PackageFindings {
  /// Found once for all tests.
  static let current: Result<[Finding], any Error> = PackageSources.current.map(all)

  private static func all(in package: PackageSources) -> [Finding] {
    let product = package.productFiles
    let everything = product + package.testFiles
    var findings: [Finding] = []
    for target in package.manifest.targets {
      let files = (target.kind == .test ? package.tests : package.product)[target.name] ?? []
      findings += ImportChecks.imports(files, of: target, in: package.manifest)
    }
    findings += everything.flatMap(TextChecks.emptyFile)
    findings += product.flatMap { TextChecks.longFile($0, linesMax: Rules.fileLinesMax) }
    findings += product.flatMap {
      FunctionChecks.longFunctions($0, linesMax: Rules.functionLinesMax)
    }
    findings += everything.flatMap(TextChecks.longLines)
    findings += product.flatMap { TextChecks.banned($0, Rules.bannedInProduct) }
    findings += package.testFiles.flatMap { TextChecks.banned($0, Rules.bannedInTests) }
    findings += package.deterministicFiles.flatMap {
      TextChecks.banned($0, Rules.bannedInDeterministic)
    }
    findings += package.deterministicFiles.flatMap(OrderChecks.hashOrder)
    findings += product.flatMap(FunctionChecks.preconditionsInDecoders)
    findings += everything.flatMap(TextChecks.unfinishedWork)
    findings += (package.product["LedgerCore"] ?? []).flatMap(TextChecks.undocumented)
    return findings
  }
}
