extension RowColumns {
  /// Measures each row's own columns.
  ///
  /// - Throws: `ContrastiveError.zeroNorm` for a mix that has no direction.
  func measures(
    of anchors: Matrix, _ workers: Workers
  ) throws(ContrastiveError) -> [[RowMeasure]] {
    let (count, dimension) = (anchors.rows, anchors.columns)
    var found = [[RowMeasure]?](repeating: nil, count: count)
    anchors.withUnsafeBufferPointer { anchors in
      source.withUnsafeBufferPointer { source in
        found.withUnsafeMutableBufferPointer { found in
          let (anchors, source) = (SharedReadOnlyMemory(anchors), SharedReadOnlyMemory(source))
          let found = SharedMemory(found)
          workers.forEach(count) { row, _ in
            var values: [RowMeasure] = []
            values.reserveCapacity(self.count(row: row))
            for place in 0..<self.count(row: row) {
              guard
                let measure = measure(
                  place, row: row, anchor: anchors + row * dimension, source: source.base)
              else { return }
              values.append(measure)
            }
            found[row] = values
          }
        }
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
    let (count, dimension) = (anchors.rows, anchors.columns)
    gradient.withUnsafeMutableBufferPointer { gradient in
      anchors.withUnsafeBufferPointer { anchors in
        source.withUnsafeBufferPointer { source in
          let gradient = SharedMemory(gradient)
          let (anchors, source) = (SharedReadOnlyMemory(anchors), SharedReadOnlyMemory(source))
          workers.forEach(count) { row, _ in
            let anchor = anchors + row * dimension
            for place in 0..<self.count(row: row) {
              let measure = measures[row][place]
              let factor = coefficient(row, measure.similarity)
              guard factor != 0 else { continue }
              mix(place, row: row, norm: measure.norm).add(
                factor, anchor: anchor, source: source.base, dimension,
                to: gradient + row * dimension)
            }
          }
        }
      }
    }
  }
}
