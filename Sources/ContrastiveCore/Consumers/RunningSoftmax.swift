/// Log-sum-exp of each row, and with an accumulating sweep the softmax-weighted sum of the columns.
///
/// With e = exp((s − m)/temperature), m the row's maximum similarity so far, keeps m, Σ e and
/// Σ e · (m − s); the accumulated row is Σ e · column.
package struct RunningSoftmax: TileConsumer {
  package let temperature: Double
  /// Entries that take no part.
  package let exclusions: [Exclusion]
  /// Whether similarities stay as they are: for a sweep that does not accumulate.
  package let readsOnly: Bool
  private let inverse: Float
  private let kernels = RowKernels.best

  package init(
    temperature: Double, excluding exclusions: [Exclusion] = [], readsOnly: Bool = false
  ) {
    self.temperature = temperature
    self.exclusions = exclusions
    self.readsOnly = readsOnly
    inverse = Float(1 / temperature)
  }

  /// Largest similarity m, Σ e and Σ e · (m − s) of each row of a block.
  package struct Partial: Sendable {
    /// −∞ for a row that has seen no column.
    package var maximum: [Float]
    package var sum: [Double]
    /// Σ e · (m − s): m − spread/sum is the softmax-weighted mean similarity.
    package var spread: [Double]
  }

  package var leavesSimilarities: Bool { readsOnly }

  package func start(rows: Range<Int>) -> Partial {
    Partial(
      maximum: [Float](repeating: -.infinity, count: rows.count),
      sum: [Double](repeating: 0, count: rows.count),
      spread: [Double](repeating: 0, count: rows.count))
  }

  package func consume(
    _ tile: Tile, into partial: inout Partial, rescale: UnsafeMutablePointer<Float>
  ) {
    for exclusion in exclusions { exclusion.apply(to: tile) }
    guard !readsOnly else {
      return kernels.softmaxStatistics(
        tile, inverseTemperature: inverse, maximum: &partial.maximum, sum: &partial.sum,
        spread: &partial.spread)
    }
    kernels.softmaxUpdate(
      tile, inverseTemperature: inverse, maximum: &partial.maximum, sum: &partial.sum,
      spread: &partial.spread, rescale: rescale)
  }

  package func consumeBoth(
    _ tile: Tile, into partial: inout Partial, mirrored: inout Partial
  ) -> Bool {
    guard exclusions.allSatisfy(\.isSymmetric) else { return false }
    for exclusion in exclusions { exclusion.apply(to: tile) }
    partial.withPointers { rows in
      mirrored.withPointers { columns in
        kernels.softmaxStatistics(
          tile, inverseTemperature: inverse, ofRows: rows, ofColumns: columns)
      }
    }
    return true
  }

  /// The statistics of a block of rows, where they stand in memory.
  package struct Pointers {
    let maximum: UnsafeMutablePointer<Float>
    let sum: UnsafeMutablePointer<Double>
    let spread: UnsafeMutablePointer<Double>
  }

  package func merge(
    _ later: Partial, into partial: inout Partial,
    keep: UnsafeMutablePointer<Float>, add: UnsafeMutablePointer<Float>
  ) {
    for row in partial.sum.indices {
      let top = max(partial.maximum[row], later.maximum[row])
      let kept = factor(from: partial.maximum[row], to: top)
      let added = factor(from: later.maximum[row], to: top)
      partial.spread[row] =
        kept * moved(partial, row, to: top) + added * moved(later, row, to: top)
      partial.maximum[row] = top
      partial.sum[row] = kept * partial.sum[row] + added * later.sum[row]
      keep[row] = Float(kept)
      add[row] = Float(added)
    }
  }

  private func factor(from old: Float, to new: Float) -> Double {
    if old == new { return 1 }
    return old == -.infinity ? 0 : exponential((Double(old) - Double(new)) / temperature)
  }

  /// The spread below a higher maximum.
  private func moved(_ partial: Partial, _ row: Int, to top: Float) -> Double {
    partial.sum[row] == 0
      ? 0
      : partial.spread[row] + partial.sum[row] * (Double(top) - Double(partial.maximum[row]))
  }
}

extension RunningSoftmax.Partial {
  package mutating func withPointers(_ body: (RunningSoftmax.Pointers) -> Void) {
    maximum.withUnsafeMutableBufferPointer { maximum in
      sum.withUnsafeMutableBufferPointer { sum in
        spread.withUnsafeMutableBufferPointer { spread in
          guard let maximum = maximum.baseAddress, let sum = sum.baseAddress,
            let spread = spread.baseAddress
          else { return }
          body(RunningSoftmax.Pointers(maximum: maximum, sum: sum, spread: spread))
        }
      }
    }
  }
}
