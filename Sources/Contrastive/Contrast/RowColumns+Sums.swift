extension RowColumns {
  /// Measures each row's own columns.
  ///
  /// - Throws: `ContrastiveError.zeroNorm` for a mix that has no direction.
  func measures(
    of anchors: Matrix, _ workers: Workers
  ) throws(ContrastiveError) -> [[RowMeasure]] {
    let (rows, dimension) = (anchors.rows, anchors.columns)
    let found = anchors.withSharedMemory(and: source) { anchors, source in
      workers.map(rows) { row -> [RowMeasure]? in
        var values: [RowMeasure] = []
        values.reserveCapacity(count(row: row))
        for place in 0..<count(row: row) {
          let anchor = anchors + row * dimension
          guard let measure = measure(place, row: row, anchor: anchor, source: source.base)
          else { return nil }
          values.append(measure)
        }
        return values
      }
    }
    if let row = found.firstIndex(where: { $0 == nil }) {
      throw .zeroNorm(argument: name, row: row)
    }
    return found.map { $0 ?? [] }
  }

  /// Adds Σ coefficient · column over each row's own columns to the row of `gradient`.
  func add(
    to gradient: inout Matrix, of anchors: Matrix, measures: [[RowMeasure]], _ workers: Workers,
    coefficient: @Sendable (_ row: Int, _ similarity: Double) -> Double
  ) {
    let dimension = anchors.columns
    gradient.withMutableSharedMemory { gradient in
      anchors.withSharedMemory(and: source) { anchors, source in
        workers.forEach(measures.count) { row, _ in
          for place in 0..<count(row: row) {
            let measure = measures[row][place]
            let factor = coefficient(row, measure.similarity)
            guard factor != 0 else { continue }
            mix(place, row: row, norm: measure.norm).add(
              factor, anchor: anchors + row * dimension, source: source.base, dimension,
              to: gradient + row * dimension)
          }
        }
      }
    }
  }
}
