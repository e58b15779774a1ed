#if FUZZING
  import Glibc

  /// libFuzzer, started by hand: Swift's own `main` stands where libFuzzer's would.
  @_silgen_name("LLVMFuzzerRunDriver")
  func runFuzzer(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
  ) -> Int32

  /// The environment names the target; the arguments are libFuzzer's.
  @main
  enum UnderLibFuzzer {
    private typealias Body = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32

    static func main() throws {
      let target = unsafe getenv("FUZZ_TARGET").map { unsafe String(cString: $0) }
      let body: Body?
      switch target {
      case "decoders":
        unsafe body = { start, count in
          unsafe Decoders.run(bytes(start, count))
          return 0
        }
      case "streams":
        unsafe body = { start, count in
          unsafe Streams.run(bytes(start, count))
          return 0
        }
      case "exports":
        unsafe body = { start, count in
          unsafe Exports.run(bytes(start, count))
          return 0
        }
      case "replica":
        unsafe body = { start, count in
          unsafe ReplicaTarget.run(bytes(start, count))
          return 0
        }
      case "corpus": unsafe body = nil
      default: fatalError("FUZZ_TARGET must be exports, decoders, streams, replica or corpus")
      }
      guard let body = unsafe body else {
        return try Corpus.write(into: CommandLine.arguments.last ?? ".")
      }
      var count = CommandLine.argc
      var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
        unsafe CommandLine
        .unsafeArgv
      exit(unsafe runFuzzer(&count, &arguments, body))
    }
  }

  private func bytes(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
    unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  }
#endif
