import ContrastiveCore
import Foundation
import Testing
import _TestSupport

/// Log-sum-exp and mean similarity of some similarities, in Double.
struct SoftmaxDefinition {
  let maximum: Double
  let sum: Double
  let spread: Double

  init(_ values: [Float], temperature: Double) {
    let values = values.map(Double.init)
    let top = values.max() ?? -.infinity
    maximum = top
    sum = values.reduce(0) { $0 + exp(($1 - top) / temperature) }
    spread = values.reduce(0) { $0 + exp(($1 - top) / temperature) * (top - $1) }
  }

  /// The definition of each row of similarities over the columns that `takes` names.
  static func rows(
    _ similarities: Similarities, temperature: Double,
    takes: (_ row: Int, _ column: Int) -> Bool = { _, _ in true }
  ) -> [SoftmaxDefinition] {
    (0..<similarities.rows).map { row in
      SoftmaxDefinition(
        (0..<similarities.columns).filter { takes(row, $0) }.map { similarities[row, $0] },
        temperature: temperature)
    }
  }
}

/// Worst error seen: 1.5e-7 of a sum, 1.1e-7 of a spread.
func expectClose(
  _ found: SoftmaxStatistics, _ expected: [SoftmaxDefinition], _ comment: Comment = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.sum.count == expected.count, comment, sourceLocation: sourceLocation)
  for (row, wanted) in expected.enumerated() {
    let isEmpty = wanted.sum == 0
    #expect(
      found.maximum[row] == (isEmpty ? -.infinity : Float(wanted.maximum)), comment,
      sourceLocation: sourceLocation)
    expectClose(
      [found.sum[row]], [wanted.sum], within: 2e-6, "sum of row \(row), \(comment)",
      sourceLocation: sourceLocation)
    #expect(
      abs(found.spread[row] - wanted.spread) <= 2e-6 * max(wanted.spread, wanted.sum * 1e-3),
      "spread of row \(row), \(comment)", sourceLocation: sourceLocation)
  }
}
