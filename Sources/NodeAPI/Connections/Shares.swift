/// Something bounded that addresses share. Nobody takes more than is left for the others: one
/// address gets half of it, two a third each, and who comes later still finds something.
struct Shares: Sendable {
  private let amountMax: Int
  /// Whether this machine's own programs share as well; a proxy stands for many clients.
  private let bindsLoopback: Bool
  private(set) var taken = 0
  private var byAddress: [ClientAddress: Int] = [:]

  init(amountMax: Int, bindsLoopback: Bool) {
    self.amountMax = amountMax
    self.bindsLoopback = bindsLoopback
  }

  /// What an address holds.
  func held(by address: ClientAddress) -> Int { byAddress[address] ?? 0 }

  func binds(_ address: ClientAddress) -> Bool { bindsLoopback || !address.isLoopback }

  /// Takes an amount for an address; false when it is not there, or would be more than its share.
  mutating func take(_ amount: Int, for address: ClientAddress) -> Bool {
    let left = amountMax - taken
    let held = held(by: address)
    guard amount <= left, !binds(address) || held <= left - amount else { return false }
    taken += amount
    if amount > 0 { byAddress[address] = held + amount }
    return true
  }

  /// Gives back what was taken.
  mutating func give(_ amount: Int, from address: ClientAddress) {
    taken -= amount
    let held = held(by: address) - amount
    byAddress[address] = held > 0 ? held : nil
  }
}
