#if !FUZZING
  import Testing

  @Suite("What fuzzing starts from runs through every target")
  struct FuzzingTests {
    @Test("a network's messages decode to what encodes to the same bytes, all and in parts")
    func decoders() throws {
      let frames = FuzzedNetwork.recorded(Corpus.steady(300)).frames
      let inputs = Corpus.decoderInputs(frames)
      #expect(inputs.count > 20)
      for input in inputs {
        Decoders.run(input)
        for count in stride(from: 0, to: input.count, by: 41) {
          Decoders.run(Array(input[..<count]))
        }
        for place in stride(from: 1, to: input.count, by: 67) {
          var flipped = input
          flipped[place] ^= 0x10
          Decoders.run(flipped)
        }
      }
    }

    @Test("a stream has the same frames however it is cut")
    func streams() throws {
      for input in Corpus.streamInputs(FuzzedNetwork.recorded(Corpus.steady(200)).frames) {
        for seed in UInt8(0)..<7 { Streams.run([seed] + input.dropFirst()) }
      }
    }

    @Test("an export is read the same in pieces, and what it accepts prints back and is disjoint")
    func exports() {
      for input in Corpus.exportInputs {
        #expect(Exports.accepted(input) > 0)
        for count in 0..<input.count {
          Exports.run(Array(input[..<count]))
          var flipped = input
          flipped[count] ^= 0x10
          Exports.run(flipped)
        }
      }
    }

    @Test("a script lets a network of four decide, and each of the others runs without a fork")
    func replicas() throws {
      #expect(FuzzedNetwork.recorded(Corpus.steady(800)).heights >= 3)
      for script in [Corpus.restless(300), Corpus.talkative(300)] { ReplicaTarget.run(script) }
    }
  }
#endif
