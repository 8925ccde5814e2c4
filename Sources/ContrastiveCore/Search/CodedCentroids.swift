/// Centroids as codes, packed once for all blocks of points.
///
/// Those that have changed since the last assignment stand by themselves. A point that is no
/// farther from its centroid than it was can have come nearer to one of these only (Kaukoranta,
/// Fränti and Nevalainen, "A fast exact GLA based on code vector activity detection", 2000).
package struct CodedCentroids: Sendable {
  let changed: Run
  let unchanged: Run
  let largestNorm: Double
  let largestResidual: Double
  private let isChanged: [Bool]

  /// Some of the centroids, in their order.
  struct Run: Sendable {
    let numbers: [UInt32]
    let packed: PackedCodes
    let scales: [Float]
    /// ‖residual‖ at most.
    let residuals: [Float]
    /// ‖c'‖² / 2 at least.
    let halves: [Float]

    var count: Int { numbers.count }
  }

  /// Encodes centroids less `center`; those of the last assignment, if there was one, say which
  /// have changed.
  ///
  /// Complexity: O(rows · columns).
  init(
    _ centroids: Matrix, since last: Matrix?, center: [Float], product: CodeProduct,
    workers: Workers
  ) {
    let isChanged =
      last.map { $0.rowsAreDifferent(from: centroids) }
      ?? [Bool](repeating: true, count: centroids.rows)
    var (largestNorm, largestResidual) = (0.0, 0.0)
    func run(_ wanted: Bool) -> Run {
      let numbers = isChanged.indices.filter { isChanged[$0] == wanted }
      let coded = centroids.rows(at: numbers).withSharedMemory {
        CodedRows(
          $0, rows: 0..<numbers.count, center: center, other: center, for: product,
          workers: workers)
      }
      largestNorm = max(largestNorm, coded.norms.max() ?? 0)
      largestResidual = max(largestResidual, coded.residuals.max() ?? 0)
      return Run(
        numbers: numbers.map(UInt32.init),
        packed: PackedCodes(columns: coded, for: product, workers: workers),
        scales: coded.scales, residuals: coded.residuals.map(\.roundedUp),
        halves: coded.norms.map { ($0 * $0 / 2 * (1 - 0x1p-38)).roundedDown })
    }
    self.isChanged = isChanged
    changed = run(true)
    unchanged = run(false)
    (self.largestNorm, self.largestResidual) = (largestNorm, largestResidual)
  }

  var count: Int { isChanged.count }

  /// Whether a centroid has changed since the last assignment.
  func hasChanged(_ number: UInt32) -> Bool { isChanged[Int(number)] }
}

extension Matrix {
  /// Which rows have other values than those of a matrix of the same shape.
  fileprivate func rowsAreDifferent(from other: Matrix) -> [Bool] {
    withSharedMemory(and: other) { own, others in
      (0..<rows).map { row in
        let span = (row * columns)..<((row + 1) * columns)
        return span.contains { own[$0] != others[$0] }
      }
    }
  }
}
