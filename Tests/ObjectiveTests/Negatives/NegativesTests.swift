import Contrastive
import Testing
import _Reference
import _TestSupport

/// Every objective of InfoNCE's shape with every choice of negatives that it takes.
@Suite struct NegativesTests {
  static let objectives = (try? ChoosingObjective.all()) ?? []

  @Test func theTableIsWhole() { #expect(Self.objectives.count == 18) }

  /// Against the definition: value within 2e-5, gradients within 1e-4 of the largest.
  @Test(arguments: objectives) func agreesWithTheDefinition(
    _ objective: ChoosingObjective
  ) throws {
    for choice in try NegativeChoice.all() where objective.takes(choice) {
      for temperature in [0.3, 0.05] {
        try objective.expectAgreement(choice, temperature: temperature, workers: .one)
      }
    }
  }

  /// The definition's gradients along a random direction against central differences of its value.
  @Test(arguments: objectives) func definitionsAreDerivatives(
    _ objective: ChoosingObjective
  ) throws {
    for choice in try NegativeChoice.all() where objective.takes(choice) {
      for part in try objective.terms() {
        let negatives = try part.change(choice).reference(part.term)
        let exact = referenceContrast(part.term, negatives, temperature: 0.3)
        var random = CounterRandom(seed: 4)
        func direction(_ rows: Rows) -> Rows {
          rows.map { $0.map { _ in Double(random.uniform(-1, 1)) } }
        }
        let (a, o, c) = (
          direction(part.term.anchors), direction(part.term.own ?? []),
          direction(part.term.columns)
        )
        func along(_ gradient: Rows, _ direction: Rows) -> Double {
          zip(gradient, direction).reduce(0) { $0 + dot($1.0, $1.1) }
        }
        func moved(_ rows: Rows, _ direction: Rows, _ step: Double) -> Rows {
          zip(rows, direction).map { zip($0, $1).map { $0 + step * $1 } }
        }
        func loss(_ step: Double, _ temperature: Double = 0.3) -> Double {
          var term = part.term
          term.anchors = moved(term.anchors, a, step)
          term.own = term.own.map { moved($0, o, step) }
          term.columns = moved(term.columns, c, step)
          return referenceContrast(
            term, constants: part.term, negatives, temperature: temperature
          ).loss
        }
        let slope = (loss(1e-5) - loss(-1e-5)) / 2e-5
        let expected =
          along(exact.anchors, a) + along(exact.own, o) + along(exact.columns, c)
        #expect(abs(slope - expected) <= 1e-6 * max(1, abs(expected)), "\(choice)")
        // Constant weights are constants of the embeddings, not of the temperature.
        guard choice.hardness?.detached != true else { continue }
        let byTemperature = (loss(0, 0.3 + 1e-5) - loss(0, 0.3 - 1e-5)) / 2e-5
        #expect(
          abs(byTemperature - exact.slope) <= 1e-6 * max(1, abs(exact.slope)), "\(choice) slope")
      }
    }
  }

  /// The same bits for any number of threads, over several tiles.
  @Test func sameBits() throws {
    let choices = try NegativeChoice.all()
    for objective in try ChoosingObjective.all(size: 300) {
      guard let fullest = choices.last(where: objective.takes),
        let ringed = choices.last(where: { $0.hardness == nil && objective.takes($0) })
      else { continue }
      for choice in [fullest, ringed] {
        let results = try [1, 2, 3, 4, 7].map {
          try objective.evaluate(choice, 0.1, Workers(count: $0))
        }
        for result in results.dropFirst() {
          #expect(result.loss == results[0].loss, "\(objective): \(choice)")
          #expect(result.slope == results[0].slope, "\(objective): \(choice)")
          #expect(result.gradients == results[0].gradients, "\(objective): \(choice)")
        }
      }
    }
  }

  /// Beyond one tile, everything at once.
  @Test func agreesAcrossTiles() throws {
    let choices = try NegativeChoice.all()
    for objective in try ChoosingObjective.all(size: 300) {
      guard let fullest = choices.last(where: objective.takes) else { continue }
      try objective.expectAgreement(fullest, temperature: 0.1, workers: .all)
    }
  }
}
