import Glibc

/// libFuzzer, started by hand: Swift's own `main` stands where libFuzzer's would.
@_silgen_name("LLVMFuzzerRunDriver")
func runFuzzer(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

private func bytes(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
  unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
}

let target = unsafe getenv("FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
var argumentCount = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
  unsafe CommandLine
  .unsafeArgv
let status: Int32
switch target {
case "decoders":
  unsafe status = runFuzzer(&argumentCount, &arguments) { start, count in
    unsafe Decoders.run(bytes(start, count))
    return 0
  }
case "streams":
  unsafe status = runFuzzer(&argumentCount, &arguments) { start, count in
    unsafe Streams.run(bytes(start, count))
    return 0
  }
case "replica":
  unsafe status = runFuzzer(&argumentCount, &arguments) { start, count in
    unsafe ReplicaTarget.run(bytes(start, count))
    return 0
  }
case "corpus":
  try Corpus.write(into: CommandLine.arguments.last ?? ".")
  status = 0
default:
  print("FUZZ_TARGET must be decoders, streams, replica or corpus.")
  status = 2
}
exit(status)
