import Testing

/// Real processes need a core for themselves: one test after another.
@Suite("End to end", .serialized)
enum EndToEndTests {}

/// Tests that wait for most of their minutes: for terms, pauses, missed votes. They run one after
/// another as well, but beside those of `EndToEndTests`, so that a run of all tests stays short.
@Suite("End to end, long stories", .serialized)
enum LongStoryTests {}
