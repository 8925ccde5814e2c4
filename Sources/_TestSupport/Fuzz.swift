import ContrastiveCore
import Foundation
import Testing

/// Many random calls, each a function of the seed and its number.
///
/// `CONTRASTIVE_FUZZ_CALLS` says how many, `CONTRASTIVE_TEST_SEED` from which seed, and
/// `CONTRASTIVE_FUZZ_FIRST` from which number on. The number of the call at hand is in the file
/// `CONTRASTIVE_FUZZ_LOG` names, for the case that the process dies of it.
public struct Fuzz: Sendable {
  /// Number of calls.
  public let calls: Int
  /// The seed of all calls.
  public let seed: UInt64
  private let first: Int
  private let log: String?

  /// So many calls unless the environment says otherwise.
  public init(calls: Int) {
    func number(_ name: String) -> Int? {
      ProcessInfo.processInfo.environment["CONTRASTIVE_\(name)"].flatMap { Int($0) }
    }
    self.calls = number("FUZZ_CALLS") ?? calls
    seed = UInt64(number("TEST_SEED") ?? 1)
    first = number("FUZZ_FIRST") ?? 0
    log = ProcessInfo.processInfo.environment["CONTRASTIVE_FUZZ_LOG"]
  }

  /// Makes the calls; `call` gives what is wrong, if anything is.
  public func run(_ call: (inout CounterRandom) throws -> String?) throws {
    var (faults, slowest) = (0, 0.0)
    for number in first..<(first + calls) where faults < 20 {
      if let log {
        try "seed \(seed), call \(number)\n".write(toFile: log, atomically: false, encoding: .utf8)
      }
      var random = CounterRandom(seed: seed, stream: UInt64(number))
      let start = Date()
      let fault = try call(&random)
      slowest = max(slowest, Date().timeIntervalSince(start))
      if let fault {
        faults += 1
        Issue.record("seed \(seed), call \(number): \(fault)")
      }
    }
    print("fuzz: \(calls) calls from seed \(seed), slowest \(slowest) s, \(faults) faults")
    #expect(slowest < 60)
  }
}

extension CounterRandom {
  /// One of some values.
  public mutating func element<Element>(of values: [Element]) -> Element {
    values[index(below: values.count)]
  }

  /// True with a probability.
  public mutating func happens(_ probability: Float) -> Bool { uniform() < probability }
}
