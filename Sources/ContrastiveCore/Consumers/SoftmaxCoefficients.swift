/// Turns similarities into the coefficients of a gradient, from softmax statistics already known.
///
/// ```
/// coefficient[r, c] = rowWeight[r] · exp((s − rowShift[r]) / temperature)
///                   + columnWeight[c] · exp((s − columnShift[c]) / temperature)
/// ```
/// Either half may be absent. With shift m and weight w/Σexp this is w times the softmax taken along
/// rows, along columns, or both.
package struct SoftmaxCoefficients: TileConsumer {
  /// The softmax of one side: a shift and a weight for each row, or each column.
  package struct Side: Sendable {
    package var shift: [Float]
    package var weight: [Float]

    package init(shift: [Float], weight: [Float]) {
      precondition(shift.count == weight.count)
      self.shift = shift
      self.weight = weight
    }
  }

  package let temperature: Float
  package let rows: Side?
  package let columns: Side?
  /// Leaves out the entries whose column index equals their row index.
  package let excludesDiagonal: Bool
  private let kernels = RowKernels.best

  package init(
    temperature: Float, rows: Side? = nil, columns: Side? = nil, excludesDiagonal: Bool = false
  ) {
    self.temperature = temperature
    self.rows = rows
    self.columns = columns
    self.excludesDiagonal = excludesDiagonal
  }

  package func start(rows: Range<Int>) {}

  package func consume(
    _ tile: Tile, into partial: inout Void, rescale: UnsafeMutablePointer<Float>
  ) {
    if excludesDiagonal { tile.excludeDiagonal() }
    rows.withPointers(from: tile.rows.lowerBound) { rowShift, rowWeight in
      columns.withPointers(from: tile.columns.lowerBound) { columnShift, columnWeight in
        kernels.softmaxCoefficients(
          tile, inverseTemperature: 1 / temperature, rowShift: rowShift, rowWeight: rowWeight,
          columnShift: columnShift, columnWeight: columnWeight)
      }
    }
  }

  package func merge(
    _ later: Void, into partial: inout Void,
    keep: UnsafeMutablePointer<Float>, add: UnsafeMutablePointer<Float>
  ) {}
}

extension Optional<SoftmaxCoefficients.Side> {
  fileprivate func withPointers(
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
