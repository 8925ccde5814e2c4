public import CContrastive
import Contrastive

/// Exact neighbors in a bank.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_knn(
  _ queries: UnsafePointer<contrastive_tensor>!, _ bank: UnsafePointer<contrastive_tensor>!,
  _ k: Int64, _ normalize: Int32, _ neighbors: UnsafePointer<contrastive_tensor>!,
  _ similarities: UnsafePointer<contrastive_tensor>!,
  _ control: UnsafePointer<contrastive_control>!
) -> contrastive_status {
  attempt {
    let rows = try CallerTensor(required: queries, name: "queries").matrix
    let columns = try CallerTensor(required: bank, name: "bank").matrix
    let target = try NeighborOutputs(neighbors, similarities, shape: [rows.rows, Int(k)])
    let workers = try Workers(control)
    let table = try NeighborTable(
      nearestTo: rows.normalized(normalize, argument: "queries"),
      in: columns.normalized(normalize, argument: "bank"), k: Int(k),
      workers: workers)
    target.write(table)
  }
}

/// Exact neighbors within a set.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_knn_graph(
  _ embeddings: UnsafePointer<contrastive_tensor>!, _ k: Int64, _ normalize: Int32,
  _ neighbors: UnsafePointer<contrastive_tensor>!,
  _ similarities: UnsafePointer<contrastive_tensor>!,
  _ control: UnsafePointer<contrastive_control>!
) -> contrastive_status {
  attempt {
    let rows = try CallerTensor(required: embeddings, name: "embeddings").matrix
    let target = try NeighborOutputs(neighbors, similarities, shape: [rows.rows, Int(k)])
    let workers = try Workers(control)
    let table = try NeighborTable(
      graphOf: rows.normalized(normalize, argument: "embeddings"), k: Int(k),
      workers: workers)
    target.write(table)
  }
}

extension Matrix {
  /// The rows as `normalize` says: as they are, or unit rows, zeros refused or kept.
  fileprivate func normalized(_ normalize: Int32, argument: String) throws -> Matrix {
    guard 0...2 ~= normalize else {
      throw ContrastiveError.parameter(
        name: "normalize", found: "\(normalize)", expected: "0, 1 or 2")
    }
    guard normalize != 0 else { return self }
    return try normalized(argument: argument, zeroRows: normalize == 1 ? .refuse : .keep).rows
  }
}

/// Where a search puts what it finds.
private struct NeighborOutputs {
  private let neighbors: CallerTensor
  private let similarities: CallerTensor?

  init(
    _ neighbors: UnsafePointer<contrastive_tensor>?,
    _ similarities: UnsafePointer<contrastive_tensor>?, shape: [Int]
  ) throws {
    self.neighbors = try CallerTensor(required: neighbors, name: "neighbors")
    self.similarities = try CallerTensor(optional: similarities, name: "similarities")
    try self.neighbors.requireOutput(shape: shape, [.int64, .int32])
    try self.similarities?.requireOutput(shape: shape, [.float32, .float64])
  }

  func write(_ table: NeighborTable) {
    neighbors.write(table.indices)
    similarities?.write(table.similarities)
  }
}
