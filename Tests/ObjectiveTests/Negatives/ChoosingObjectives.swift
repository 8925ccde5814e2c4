import Contrastive
import Testing
import _Reference
import _TestSupport

/// What an evaluation gives, gradients by name.
struct NamedResult {
  var loss: Double
  var losses: [Double]?
  var slope: Double?
  var gradients: [String: Matrix] = [:]

  init<O: Objective>(_ found: Evaluation<O>) {
    loss = found.loss
    losses = found.losses
    slope = O.Scalar(rawValue: "temperature").map { found[$0] }
    for (variable, gradient) in found.gradients { gradients[variable.rawValue] = gradient }
  }
}

/// An objective of InfoNCE's shape with seeded inputs, as a sum of terms.
struct ChoosingObjective: Sendable, CustomStringConvertible {
  let description: String
  /// Parts of a choice that it takes.
  var takesPairs = true
  var takesSearch = true
  var takesMixing = true
  var takesRing = true
  var takesHardness = true
  /// Whether it always has hardness.
  var hasHardness = false
  /// Whether pairs may have targets.
  var takesTargets = true
  /// Evaluates it.
  let evaluate: @Sendable (NegativeChoice, Double, Workers) throws -> NamedResult
  /// Its terms, with the weight of each, and what each matrix of a term is a part of.
  let terms: @Sendable () throws -> [ChosenTerm]

  func takes(_ choice: NegativeChoice) -> Bool {
    (takesPairs || choice.pairs.isEmpty) && (takesSearch || choice.falseNegatives == nil)
      && (takesMixing || choice.mixes == 0) && (takesRing || choice.ring == nil)
      && (takesHardness || choice.hardness == nil) && (!hasHardness || choice.hardness != nil)
      && (takesTargets || choice.pairs.allSatisfy { $0.target == 0 })
  }
}

/// A term whose negatives are chosen, or left as they are.
struct ChosenTerm: Sendable {
  var term: ReferenceTerm
  var weight = 1.0
  /// Whether the choice applies.
  var isChosen = true
  /// The choice where it is not the one given to the objective.
  var change: @Sendable (NegativeChoice) -> NegativeChoice = { $0 }
  /// Where the derivatives go: name and the row of each row of the matrix.
  var anchors: (name: String, rows: [Int])
  var own: (name: String, rows: [Int])?
  var columns: (name: String, rows: [Int])?
  /// Where the losses of the anchors begin, where terms have rows of their own names.
  var firstLoss = 0
}

extension ChoosingObjective {
  /// By the definition.
  func reference(
    _ choice: NegativeChoice, temperature: Double, shapes: [String: Int]
  ) throws -> (loss: Double, losses: [Double], slope: Double, gradients: [String: Rows]) {
    var (loss, slope) = (0.0, 0.0)
    var gradients: [String: Rows] = [:]
    let parts = try terms()
    let count = parts.flatMap { part in part.anchors.rows.map { part.firstLoss + $0 } }.max() ?? 0
    var losses = [Double](repeating: 0, count: count + 1)
    for part in parts {
      let negatives =
        part.isChosen ? try part.change(choice).reference(part.term) : ReferenceNegatives()
      let found = referenceContrast(part.term, negatives, temperature: temperature)
      loss += part.weight * found.loss
      slope += part.weight * found.slope
      // The mean over all rows is the sum of the terms' means by their weights.
      let factor = part.weight * Double(losses.count) / Double(found.losses.count)
      for (row, value) in zip(part.anchors.rows, found.losses) {
        losses[part.firstLoss + row] += factor * value
      }
      func add(_ gradient: Rows, to place: (name: String, rows: [Int])?) {
        guard let place, let count = shapes[place.name] else { return }
        var whole = gradients[place.name] ?? zeros(count, gradient.first?.count ?? 0)
        for (row, target) in place.rows.enumerated() {
          for d in gradient[row].indices { whole[target][d] += part.weight * gradient[row][d] }
        }
        gradients[place.name] = whole
      }
      add(found.anchors, to: part.anchors)
      add(found.own, to: part.own)
      add(found.columns, to: part.columns)
    }
    return (loss, losses, slope, gradients)
  }
}

extension ChoosingObjective {
  /// Expects the library to agree with the definition.
  ///
  /// The value and the losses of rows within 2e-5, gradients within 1e-4 of the largest.
  func expectAgreement(
    _ choice: NegativeChoice, temperature: Double, workers: Workers
  ) throws {
    let comment: Comment = "\(self): \(choice) at \(temperature)"
    let found = try evaluate(choice, temperature, workers)
    let expected = try reference(
      choice, temperature: temperature, shapes: found.gradients.mapValues(\.rows))
    #expect(relativeError(found.loss, expected.loss) <= 2e-5, comment)
    let losses = try #require(found.losses, comment)
    #expect(worstError(losses, expected.losses) <= 2e-5, "\(comment): losses")
    if let slope = found.slope {
      #expect(relativeError(slope, expected.slope) <= 1e-4, comment)
    }
    for (name, gradient) in found.gradients {
      let reference = try #require(expected.gradients[name], comment)
      #expect(worstError(gradient, reference) <= 1e-4, "\(comment) \(name)")
    }
  }
}
