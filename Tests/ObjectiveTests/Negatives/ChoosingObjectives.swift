import Contrastive
import _Reference

/// What an evaluation gives, gradients by name.
struct NamedResult {
  var loss: Double
  var slope: Double?
  var gradients: [String: Matrix] = [:]

  init<O: Objective>(_ found: Evaluation<O>) {
    loss = found.loss
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
}

extension ChoosingObjective {
  /// By the definition.
  func reference(
    _ choice: NegativeChoice, temperature: Double, shapes: [String: Int]
  ) throws -> (loss: Double, slope: Double, gradients: [String: Rows]) {
    var (loss, slope) = (0.0, 0.0)
    var gradients: [String: Rows] = [:]
    for part in try terms() {
      let negatives =
        part.isChosen ? try part.change(choice).reference(part.term) : ReferenceNegatives()
      let found = referenceContrast(part.term, negatives, temperature: temperature)
      loss += part.weight * found.loss
      slope += part.weight * found.slope
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
    return (loss, slope, gradients)
  }
}

/// The rows as the definition takes them.
func doubles(_ matrix: Matrix) -> Rows { (0..<matrix.rows).map { matrix.row($0).map(Double.init) } }
