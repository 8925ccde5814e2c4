import Contrastive
import ContrastiveFiles

extension LossInputs {
  /// The tensors that single out columns of rows: `ignored`, `attracted`, `softened` and `reweighted`,
  /// each I64 [n, 2] of (row, column), the last two with `softened-shares` and `reweighted-weights`.
  func pairs() throws(ContrastiveError) -> [PairTreatment] {
    try pairs("ignored", weights: nil) { _ in .ignore }
      + pairs("attracted", weights: nil) { _ in .attract }
      + pairs("softened", weights: "softened-shares") { .soften($0) }
      + pairs("reweighted", weights: "reweighted-weights") { .reweight($0) }
  }

  private func pairs(
    _ name: String, weights: String?, _ action: (Double) -> PairTreatment.Action
  ) throws(ContrastiveError) -> [PairTreatment] {
    guard has(name) else { return [] }
    let listed = try integers(name, axes: 2)
    guard listed.shape[1] == 2 else {
      throw .shape(argument: name, found: "\(listed.shape)", expected: "[n, 2]")
    }
    let count = listed.shape[0]
    var numbers = [Float](repeating: 1, count: count)
    if let weights {
      numbers = try self.numbers(weights)
      guard numbers.count == count else {
        throw .shape(
          argument: weights, found: "[\(numbers.count)]",
          expected: "[\(count)], one for each of \(name)")
      }
    }
    return (0..<count).map {
      PairTreatment(
        row: listed.values[2 * $0], column: listed.values[2 * $0 + 1],
        action: action(Double(numbers[$0])))
    }
  }
}
