import LedgerClient
import LedgerCore
import LedgerRules
import NodeAnswers

/// Credits come on chain while the network runs.
extension TestnetRun {
  /// Lets the registry's story happen; one that ends early is a problem, unless the run is stopped.
  func onboard(_ document: GenesisDocument) async {
    guard let credits = plan.onboarding else { return }
    summary.registry = RunSummary.Registry()
    do {
      let ledger = try await Ledger.connect(to: nodes.map(\.address))
      do {
        try await RegistryStory(
          ledger: ledger, actors: try plan.folder.actors(), credits: credits,
          bond: document.parameters.registry.custodianBond
        ) { await self.book($0) }.run()
        await ledger.close()
      } catch {
        await ledger.close()
        throw error
      }
    } catch {
      guard !isStopping else { return }
      summary.problems.append("Credits were not brought on chain and used: \(error)")
    }
  }

  private func book(_ event: RegistryEvent) {
    var registry = summary.registry ?? RunSummary.Registry()
    switch event {
    case .bonded: break
    case .filed: registry.requestsFiled += 1
    case .approved: registry.requestsApproved += 1
    case .onboarded(let lots): registry.lots += lots.map(RunSummary.Registry.Serials.init)
    case .issued(let lot): registry.eccIssued = lot.amount
    case .retired(let retirement):
      registry.retired.append(RunSummary.Registry.Serials(retirement))
    }
    summary.registry = registry
    emit(.registry(event))
  }
}

extension NetworkFolder {
  /// The keys of those who bring credits on chain on a test network.
  func actors() throws(NetworkFolderError) -> RegistryStory.Actors {
    var registrars: [SigningKey] = []
    for seat in 1...NetworkKeys.registrarCount {
      registrars.append(try key("registrar-\(seat)"))
    }
    return RegistryStory.Actors(
      custodian: try key("depositor"), treasury: try key("treasury"), registrars: registrars)
  }

  private func key(_ role: String) throws(NetworkFolderError) -> SigningKey {
    do throws(KeyFileError) {
      var seed = try KeyFile.read(
        path: accountKey(role), passphrase: [], allowUnencrypted: true)
      defer { KeyFile.erase(&seed) }
      guard let key = SigningKey(seed: seed) else {
        throw KeyFileError.notAKeyFile(path: accountKey(role))
      }
      return key
    } catch { throw .key(error) }
  }
}
