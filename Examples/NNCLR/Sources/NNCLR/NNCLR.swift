import Contrastive

/// NNCLR: the nearest neighbor of one view in a bank must find the other view in the batch.
///
/// With n_i the bank row most similar to query_i and u_ij = ⟨n_i, key_j⟩ / temperature,
/// ```
/// loss = mean_i  log( 1 + Σ_{j ≠ i} exp(u_ij − u_ii) )
/// ```
/// Neighbors are constants; the gradient is for the keys, which a predictor makes of the other
/// view. Dwibedi et al., "With a Little Help from My Friends: Nearest-Neighbor Contrastive Learning
/// of Visual Representations", ICCV 2021, eq. 3.
public struct NNCLR: Objective {
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    case keys
  }

  /// The temperature can be learned.
  public typealias Scalar = TemperatureScalar

  /// Softmax temperature τ.
  public let temperature: Double

  /// An NNCLR objective; 0.1 is the paper's temperature.
  public init(temperature: Double = 0.1) { self.temperature = temperature }

  /// The loss and its exact gradient.
  ///
  /// Complexity: 2·N·M·D floating-point operations for the neighbors, 6·N²·D for the rest.
  public func evaluate(
    _ inputs: (queries: Matrix, keys: Matrix, bank: Matrix), gradients: Set<Variable>,
    workers: Workers
  ) throws(ContrastiveError) -> Evaluation<NNCLR> {
    let nearest = try NeighborTable(
      nearestTo: inputs.queries, in: inputs.bank, k: 1, workers: workers)
    let neighbors = inputs.bank.rows(at: nearest.indices)
    let contrast = try Contrast(
      neighbors, pairedWith: inputs.keys, named: ("neighbors", "keys"), temperature: temperature)
    let value = try contrast.evaluate(
      anchors: false, columns: gradients.contains(.keys), workers: workers)
    var result: [Variable: Matrix] = [:]
    if let columns = value.columns {
      // A key is a column of the other rows, and the positive of its own.
      let rows = (0..<columns.rows).map { row in
        zip(columns.row(row), neighbors.row(row)).map { $0 + Float(value.paired[row]) * $1 }
      }
      result[.keys] = try Matrix(rows)
    }
    return Evaluation(
      loss: value.loss, losses: value.losses, gradients: result,
      scalars: [.temperature: value.temperatureGradient], details: NegativeCounts())
  }

  /// As two passes of the batch with itself.
  public func scratchBytes(for shape: ProblemShape, workers: Workers) -> Int {
    let batch = ProblemShape(rows: shape.rows, dimension: shape.dimension)
    return (try? InfoNCE())?.scratchBytes(for: batch, workers: workers) ?? 0
  }
}
