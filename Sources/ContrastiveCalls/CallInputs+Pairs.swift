import Contrastive
import ContrastiveTensors

extension CallInputs {
  /// The tensors that single out columns: `pair-terms` I64 [n, 2] of (row, column), with F32 [n]
  /// `pair-term-weights`, 0 for a column that is excluded, and `pair-term-targets`, 0 where they
  /// are not given.
  func pairs(rows: Int, columns: Int) throws(ContrastiveError) -> PairTerms? {
    guard has("pair-terms") else { return nil }
    let listed = try integers("pair-terms", axes: 2)
    let count = listed.shape[0]
    guard listed.shape[1] == 2 else {
      throw .shape(argument: "pair-terms", found: "\(listed.shape)", expected: "[n, 2]")
    }
    guard has("pair-term-weights") else {
      throw .file(
        path: source.name,
        problem: "has pair-terms without pair-term-weights: each pair's weight in the denominator, "
          + "0 to exclude it")
    }
    let weights = try numbers("pair-term-weights", count: count)
    let targets = try numbers("pair-term-targets", count: count)
    do throws(ContrastiveError) {
      return try PairTerms(
        rows: rows, columns: columns,
        pairs: (0..<count).map {
          PairTerms.Pair(
            row: listed.values[2 * $0], column: listed.values[2 * $0 + 1],
            weight: Double(weights[$0]), target: Double(targets[$0]))
        })
    } catch {
      guard case .index(_, let position, let found, let expected) = error else { throw error }
      // Of pairs that are wrong by themselves the tensor that says so.
      let name =
        found.hasPrefix("target")
        ? "pair-term-targets" : found.hasPrefix("weight") ? "pair-term-weights" : "pair-terms"
      throw .index(argument: name, position: position, found: found, expected: expected)
    }
  }

  private func numbers(_ name: String, count: Int) throws(ContrastiveError) -> [Float] {
    guard has(name) else { return [Float](repeating: 0, count: count) }
    let found = try numbers(name)
    guard found.count == count else {
      throw .shape(
        argument: name, found: "[\(found.count)]", expected: "[\(count)], one for each pair")
    }
    return found
  }
}
