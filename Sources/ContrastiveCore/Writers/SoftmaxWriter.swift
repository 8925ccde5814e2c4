/// Turns similarities into the coefficients of a gradient, from softmax statistics already known.
///
/// ```
/// coefficient[r, c] = rowWeight[r] · exp((s − rowShift[r]) / temperature)
///                   + columnWeight[c] · exp((s − columnShift[c]) / temperature)
/// ```
/// Either half may be absent; a `SymmetricPass` needs both, the same. With shift m and weight
/// w/Σexp this is w times the softmax taken along rows, along columns, or both.
package struct SoftmaxWriter: TileWriter {
  /// The softmax of one side: a shift and a weight for each row, or each column.
  package struct Side: Sendable, Equatable {
    package var shift: [Float]
    package var weight: [Float]

    package init(shift: [Float], weight: [Float]) {
      precondition(shift.count == weight.count)
      self.shift = shift
      self.weight = weight
    }
  }

  package let temperature: Double
  package let rows: Side?
  package let columns: Side?
  /// Excluded entries.
  package let exclusions: [Exclusion]
  private let kernels = RowKernels.best

  package init(
    temperature: Double, rows: Side? = nil, columns: Side? = nil,
    excluding exclusions: [Exclusion] = []
  ) {
    self.temperature = temperature
    self.rows = rows
    self.columns = columns
    self.exclusions = exclusions
  }

  package func write(_ tile: Tile) {
    exclusions.apply(to: tile)
    rows.withPointers(from: tile.rows.lowerBound) { rowShift, rowWeight in
      columns.withPointers(from: tile.columns.lowerBound) { columnShift, columnWeight in
        kernels.softmaxCoefficients(
          tile, inverseTemperature: Float(1 / temperature), rowShift: rowShift,
          rowWeight: rowWeight,
          columnShift: columnShift, columnWeight: columnWeight)
      }
    }
  }
}

extension Optional<SoftmaxWriter.Side> {
  func withPointers(
    from first: Int, _ body: (UnsafePointer<Float>?, UnsafePointer<Float>?) -> Void
  ) {
    guard let side = self else { return body(nil, nil) }
    side.shift.withUnsafeBufferPointer { shift in
      side.weight.withUnsafeBufferPointer { weight in
        body(shift.baseAddress.map { $0 + first }, weight.baseAddress.map { $0 + first })
      }
    }
  }
}
