// swift-tools-version: 6.2
import PackageDescription

// One table of targets: what each may import is what it names here, and
// `Tests/TidyTests` holds the sources to it. Arrows point down only.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableExperimentalFeature("Lifetimes"),
]

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(
  name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1: Target.Dependency = .product(
  name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(
  name: "HummingbirdCore", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")
let toml: Target.Dependency = .product(name: "TOMLKit", package: "TOMLKit")
let arguments: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "eco2-ledger",
  products: [
    .executable(name: "eco2", targets: ["eco2"]),
    .library(
      name: "LedgerClient",
      targets: ["LedgerClient", "LedgerCore", "LedgerRules", "NodeAnswers"]),
    // What Benchmarks measures.
    .library(name: "LedgerCore", targets: ["LedgerCore"]),
    .library(name: "LedgerState", targets: ["LedgerState"]),
    .library(name: "LedgerStore", targets: ["LedgerStore"]),
    .library(name: "LedgerRules", targets: ["LedgerRules"]),
    .library(name: "Audit", targets: ["Audit"]),
    .library(name: "CLedgerCore", targets: ["CLedgerCore"]),
    .library(name: "RegistryFiles", targets: ["RegistryFiles"]),
    .library(name: "Simulation", targets: ["Simulation"]),
    .library(name: "Replica", targets: ["Replica", "Consensus", "Dissemination", "CatchUp"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    .package(
      url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
  ],
  targets: [
    .target(
      name: "CLedgerCore",
      path: "CSources/CLedgerCore",
      cSettings: [
        .unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"]),
        // The bounds that the vector code's comments argue, asserted limb by limb.
        .define("CL_ED25519_CHECK_BOUNDS", .when(configuration: .debug)),
      ],
      linkerSettings: [
        .linkedLibrary("sodium"),
        .linkedLibrary("crypto"),
        .linkedLibrary("ssl"),
        .linkedLibrary("lmdb"),
      ]
    ),
    module("LedgerCore", ["CLedgerCore"]),
    module("LedgerState", ["CLedgerCore", "LedgerCore"]),
    module("LedgerStore", ["CLedgerCore", "LedgerCore", "LedgerState"]),
    module("LedgerRules", ["LedgerCore", "LedgerState"]),
    module("Consensus", ["LedgerCore"]),
    module("Dissemination", ["LedgerCore", deque]),
    module("CatchUp", ["LedgerCore"]),
    module(
      "Replica",
      [
        "LedgerCore", "LedgerState", "LedgerRules", "Consensus", "Dissemination", "CatchUp",
      ]),
    module("Signer", ["LedgerCore"]),
    module("LedgerMetrics", []),
    module("StrictJSON", []),
    module("NodeAnswers", ["LedgerCore"]),
    module("PeerNetwork", ["CLedgerCore", "LedgerCore", nioCore, nioPosix]),
    module(
      "NodeAPI",
      [
        "LedgerCore", "NodeAnswers", nioCore, nioPosix, nioHTTP1, nioWebSocket, nioHTTPTypes,
        nioHTTPTypesHTTP1, hummingbird, hummingbirdCore, httpTypes, logging,
      ]),
    module(
      "NodeRuntime",
      [
        "LedgerCore", "LedgerState", "LedgerStore", "LedgerRules", "Consensus", "Dissemination",
        "CatchUp", "Replica", "Signer", "LedgerMetrics", "StrictJSON", "NodeAnswers", "PeerNetwork",
        "NodeAPI", deque, logging, toml,
      ]),
    module("RegistryFiles", []),
    module("Wallet", ["LedgerCore", "StrictJSON", "NodeAnswers"]),
    module(
      "LedgerClient",
      [
        "LedgerCore", "LedgerState", "LedgerRules", "StrictJSON", "NodeAnswers", nioCore,
        nioPosix, nioHTTP1,
      ]),
    module(
      "Doctor",
      ["LedgerCore", "LedgerRules", "NodeAnswers", "PeerNetwork", "NodeRuntime", "LedgerClient"]),
    module("Audit", ["LedgerCore", "LedgerState", "LedgerStore", "LedgerRules"]),
    module(
      "Simulation",
      [
        "LedgerCore", "LedgerState", "LedgerRules", "Consensus", "Dissemination", "CatchUp",
        "Replica", "StrictJSON", heap,
      ]),
    module(
      "LocalNetwork",
      [
        "LedgerCore", "LedgerState", "LedgerRules", "Consensus", "RegistryFiles", "StrictJSON",
        "NodeAnswers", "NodeRuntime", "LedgerClient", "LoadTest",
      ]),
    module("LoadTest", ["LedgerCore", "NodeAnswers", "LedgerClient", "StrictJSON", deque]),
    .executableTarget(
      name: "eco2",
      dependencies: [
        "LedgerCore", "LedgerState", "LedgerRules", "LedgerStore", "RegistryFiles", "NodeAnswers",
        "LedgerClient", "Wallet", "NodeRuntime", "Doctor", "Audit", "Simulation", "LocalNetwork",
        "LoadTest",
        arguments, logging,
      ],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "ClientExamples",
      dependencies: ["LedgerCore", "LedgerRules", "NodeAnswers", "LedgerClient"],
      path: "Examples/client",
      swiftSettings: strict
    ),
    // What the crash tests of the store run: it is killed at a system call.
    .target(
      name: "CFaultyDisk",
      path: "Tests/FaultyDisk",
      cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]
    ),
    .executableTarget(
      name: "CrashSubject",
      dependencies: ["CFaultyDisk", "LedgerCore", "LedgerState", "LedgerStore"],
      path: "Tests/CrashSubject",
      swiftSettings: strict,
      // Its own system calls are found by the libraries it loads.
      linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic"])]
    ),
    // What the tests of exhausted memory run: an allocation of it fails.
    .executableTarget(
      name: "CMemorySubject",
      dependencies: ["CLedgerCore"],
      path: "Tests/MemorySubject",
      cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
      linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic"])]
    ),
    // What Scripts/planted-bugs runs, with a bug or without.
    .executableTarget(
      name: "PlantedBugs",
      dependencies: ["Simulation"],
      path: "Tests/PlantedBugs/Tool",
      swiftSettings: strict
    ),
    tests("LedgerCoreTests", ["CLedgerCore", "LedgerCore"]),
    tests("LedgerStateTests", ["LedgerCore", "LedgerState"]),
    tests("LedgerStoreTests", ["LedgerCore", "LedgerState", "LedgerStore"]),
    tests("LedgerRulesTests", ["LedgerCore", "LedgerState", "LedgerRules", "RegistryFiles"]),
    tests("ConsensusTests", ["LedgerCore", "Consensus"]),
    tests("DisseminationTests", ["LedgerCore", "Dissemination"]),
    tests("CatchUpTests", ["LedgerCore", "CatchUp"]),
    tests(
      "SimulationTests",
      ["LedgerCore", "LedgerState", "LedgerRules", "Replica", "Simulation"]),
    tests(
      "ReplicaTests",
      [
        "LedgerCore", "LedgerState", "LedgerRules", "Consensus", "CatchUp", "Dissemination",
        "Replica",
      ]),
    tests("LedgerMetricsTests", ["LedgerMetrics"]),
    tests(
      "NodeRuntimeTests",
      [
        "LedgerCore", "LedgerState", "LedgerStore", "LedgerRules", "Consensus", "CatchUp",
        "Dissemination",
        "Replica", "Signer", "RegistryFiles", "LedgerMetrics", "PeerNetwork", "NodeAPI",
        "NodeAnswers", "NodeRuntime", "LocalNetwork",
        logging,
      ]),
    tests(
      "NodeAPITests",
      ["LedgerCore", "NodeAnswers", "NodeAPI", "LedgerClient", logging]),
    tests(
      "LedgerClientTests",
      [
        "LedgerCore", "LedgerState", "LedgerRules", "NodeAnswers", "LedgerClient", nioCore,
        nioPosix, nioHTTP1,
      ]),
    tests(
      "ProtocolTests",
      ["LedgerCore", "LedgerState", "LedgerRules", "NodeAnswers", "LedgerClient"]),
    tests("StrictJSONTests", ["StrictJSON"]),
    tests("WalletTests", ["LedgerCore", "StrictJSON", "NodeAnswers", "Wallet"]),
    tests("SignerTests", ["LedgerCore", "Signer"]),
    tests("PeerNetworkTests", ["LedgerCore", "Dissemination", "PeerNetwork"]),
    tests(
      "DoctorTests",
      [
        "LedgerCore", "LedgerRules", "RegistryFiles", "NodeAnswers", "LedgerClient", "NodeRuntime",
        "LocalNetwork", "Doctor",
      ]),
    tests("RegistryFilesTests", ["RegistryFiles"]),
    tests("AuditTests", ["LedgerCore", "LedgerState", "LedgerStore", "LedgerRules", "Audit"]),
    tests(
      "LocalNetworkTests",
      [
        "LedgerCore", "LedgerState", "LedgerRules", "RegistryFiles", "LedgerClient", "LoadTest",
        "LocalNetwork",
      ]),
    tests(
      "LoadTestTests", ["LedgerCore", "NodeAnswers", "LedgerClient", "Dissemination", "LoadTest"]),
    tests(
      "EndToEndTests",
      [
        "eco2", "LedgerCore", "LedgerRules", "LedgerStore", "RegistryFiles", "NodeAnswers",
        "PeerNetwork", "NodeRuntime", "LedgerClient", "LoadTest", "LocalNetwork", "Audit",
      ]),
    tests(
      "FuzzingTests",
      [
        "LedgerCore", "LedgerState", "LedgerRules", "Consensus", "Dissemination", "CatchUp",
        "Replica", "PeerNetwork", "RegistryFiles", "Simulation", deque,
      ]),
    tests("TidyTests", []),
  ]
)

// `Scripts/fuzz` says where the sanitizers' libraries are: everything is instrumented then, and
// what FuzzingTests run a little runs under libFuzzer.
if let libraries = Context.environment["ECO2_FUZZING"] {
  let isC = { ["CLedgerCore", "CFaultyDisk", "CMemorySubject"].contains($0) }
  let tests = package.targets.first { $0.name == "FuzzingTests" }
  package.targets.removeAll { $0.isTest }
  package.targets.append(
    .executableTarget(
      name: "Fuzzing", dependencies: tests?.dependencies ?? [], path: "Tests/FuzzingTests",
      swiftSettings: strict + [.define("FUZZING")],
      linkerSettings: [
        .unsafeFlags([
          "-sanitize=address", "\(libraries)/libclang_rt.fuzzer_no_main-x86_64.a",
          "\(libraries)/libclang_rt.ubsan_standalone-x86_64.a", "-lstdc++",
        ])
      ]))
  for target in package.targets {
    if isC(target.name) {
      target.cSettings?.append(
        .unsafeFlags([
          "-fsanitize=fuzzer-no-link,address,undefined", "-fno-sanitize-recover=all",
        ]))
    } else {
      target.swiftSettings?.append(.unsafeFlags(["-sanitize=fuzzer,address", "-enable-testing"]))
    }
  }
}
