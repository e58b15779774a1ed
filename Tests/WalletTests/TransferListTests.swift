import LedgerCore
import Testing

@testable import Wallet

@Suite("Lists of transfers")
struct TransferListTests {
  private let first: AccountID
  private let second: AccountID

  init() throws {
    first = AccountID(try SigningKey.generate().publicKey)
    second = AccountID(try SigningKey.generate().publicKey)
  }

  private func address(_ account: AccountID) -> String { account.address(network: .test) }

  private func fault(_ text: String) -> TransferListError? {
    do throws(TransferListError) {
      _ = try TransferList.read(Array(text.utf8), network: .test)
      return nil
    } catch { return error }
  }

  @Test("CSV and JSON say the same transfers")
  func formats() throws {
    let expected = [
      Transfer(token: .eco2, recipient: first, amount: Amount(1_250_000_000)),
      Transfer(token: .ecc, recipient: second, amount: Amount(1)),
    ]
    let csv = """
      # wages
      address,amount,token
      \(address(first)), 12.5 ,ECO2

      \(address(second)),0.000001,ecc\r
      """
    #expect(try TransferList.read(Array(csv.utf8), network: .test) == expected)
    let json = """
       [{"address": "\(address(first))", "amount": "12.5", "token": "eco2"},
        {"token": "ECC", "address": "\(address(second))", "amount": "0.000001"}]
      """
    #expect(try TransferList.read(Array(json.utf8), network: .test) == expected)
  }

  @Test("a wrong entry is named with its line and what is wrong in it")
  func faults() {
    let good = "\(address(first)),1,ECO2\n"
    #expect(fault(good + "x,1,ECO2")?.line == 2)
    #expect(fault(good + "\(address(first)),1") == TransferListError(line: 2, .parts(2)))
    #expect(
      fault("\n\(address(first)),1,BTC") == TransferListError(line: 2, .token("BTC")))
    for amount in ["0", "-1", "1.123456789", "1e3", "", "0x1", "1,5"] {
      let error = fault("\(address(first)),\(amount),ECO2")
      #expect(error?.line == 1, "\(amount)")
    }
    #expect(
      fault("\(first.address(network: .main)),1,ECO2")?.kind
        == .address(.otherNetwork(wanted: .test)))
    #expect(fault("") == TransferListError(line: nil, .empty))
    #expect(fault("[]") == TransferListError(line: nil, .empty))
    #expect(
      fault("[{\"address\": \"\(address(first))\", \"amount\": 1, \"token\": \"ECO2\"}]")
        == TransferListError(line: 1, .fields))
    guard case .json = fault("[1,]")?.kind else {
      Issue.record("a comma too many is read")
      return
    }
  }

  @Test("a list holds at most as many transfers as a transaction has operations")
  func bounds() throws {
    let line = "\(address(first)),1,ECO2\n"
    let most = String(repeating: line, count: Limits.operationsMax)
    #expect(
      try TransferList.read(Array(most.utf8), network: .test).count == Limits.operationsMax)
    #expect(
      fault(most + line) == TransferListError(line: Limits.operationsMax + 1, .tooMany))
    let long = String(repeating: "#", count: WalletLimits.transferListBytesMax + 1)
    #expect(fault(long) == TransferListError(line: nil, .tooLong))
  }
}
