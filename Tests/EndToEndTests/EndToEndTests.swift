import Testing

/// Real processes need the machine for themselves: one test after another.
@Suite("End to end", .serialized)
enum EndToEndTests {}
