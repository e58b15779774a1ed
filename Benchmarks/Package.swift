// swift-tools-version: 6.2
import PackageDescription

// A package of its own: what is measured is what a user of the products gets, built as they build
// it, and the ledger's own build fetches no benchmark library.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let core: Target.Dependency = .product(name: "LedgerCore", package: "eco2-ledger")
let state: Target.Dependency = .product(name: "LedgerState", package: "eco2-ledger")
let store: Target.Dependency = .product(name: "LedgerStore", package: "eco2-ledger")
let rules: Target.Dependency = .product(name: "LedgerRules", package: "eco2-ledger")
let audit: Target.Dependency = .product(name: "Audit", package: "eco2-ledger")
let simulation: Target.Dependency = .product(name: "Simulation", package: "eco2-ledger")
let replica: Target.Dependency = .product(name: "Replica", package: "eco2-ledger")
let registries: Target.Dependency = .product(name: "RegistryFiles", package: "eco2-ledger")
let engines: Target.Dependency = .product(name: "CLedgerCore", package: "eco2-ledger")

let package = Package(
  name: "eco2-benchmarks",
  dependencies: [
    .package(name: "eco2-ledger", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .target(
      name: "CPeers",
      dependencies: [engines],
      cSettings: [.unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror"])],
      linkerSettings: [
        .linkedLibrary("sodium"), .linkedLibrary("crypto"), .linkedLibrary("lmdb"),
      ]),
    .target(name: "Paired", dependencies: ["CPeers"], swiftSettings: strict),
    .executableTarget(
      name: "bench",
      dependencies: [
        "CPeers", "Paired", core, state, store, rules, audit, engines, registries, simulation,
        replica,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "LedgerCoreBenchmarks",
      dependencies: [core, .product(name: "Benchmark", package: "benchmark")],
      path: "Benchmarks/LedgerCoreBenchmarks",
      swiftSettings: strict,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ]
)
