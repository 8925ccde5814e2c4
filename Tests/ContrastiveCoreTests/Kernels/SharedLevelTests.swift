import ContrastiveCore
import Testing

/// Kernels that serve the rows and the columns of a tile at once, against plain loops in Double.
///
/// A temperature of 1 lets all share a level; at 0.002 some maxima are more than 40 temperatures
/// apart and each side goes its own way.
struct SharedLevelTests {
  static let shapes = [(1, 1), (3, 17), (16, 33), (130, 64), (515, 20), (20, 515)]
  static let temperatures = [1, 0.05, 0.01, 0.002]

  /// Similarities with a row of larger ones, a lone −∞ and a column of nothing else.
  private func similarities(_ rows: Int, _ columns: Int) -> [Float] {
    var random = CounterRandom(seed: UInt64(1000 * rows + columns))
    return (0..<(rows * columns)).map { place in
      let (row, column) = place.quotientAndRemainder(dividingBy: columns)
      if columns > 2 && (column == 1 || row == 2 && column == 0) { return -.infinity }
      return random.uniform(-0.3, 0.3) + (row == 5 ? 0.6 : 0)
    }
  }

  private func tile(
    _ values: UnsafeMutableBufferPointer<Float>, _ rows: Int, _ columns: Int
  ) throws -> Tile {
    Tile(
      rows: 0..<rows, columns: 0..<columns, values: try #require(values.baseAddress),
      stride: columns)
  }

  @Test(arguments: shapes, temperatures)
  func statisticsOfBothSides(shape: (Int, Int), temperature: Double) throws {
    let (rows, columns) = shape
    for kernels in RowKernels.available {
      var ofRows = SoftmaxStatistics(rows: rows)
      var ofColumns = SoftmaxStatistics(rows: columns)
      var values = similarities(rows, columns)
      let first = values
      // Twice, the second time larger by 0.1: what was known before counts for less.
      for rise: Float in [0, 0.1] {
        for place in values.indices { values[place] = first[place] + rise }
        try values.withUnsafeMutableBufferPointer { buffer in
          let tile = try tile(buffer, rows, columns)
          ofRows.withPointers { a in
            ofColumns.withPointers { b in
              kernels.softmaxStatistics(
                tile, inverseTemperature: Float(1 / temperature), ofRows: a, ofColumns: b)
            }
          }
        }
      }
      for row in 0..<rows {
        let seen = (0..<columns).flatMap {
          [first[row * columns + $0], values[row * columns + $0]]
        }
        check(ofRows, row, seen, temperature, kernels.name)
      }
      for column in 0..<columns {
        let seen = (0..<rows).flatMap {
          [first[$0 * columns + column], values[$0 * columns + column]]
        }
        check(ofColumns, column, seen, temperature, kernels.name)
      }
    }
  }

  private func check(
    _ found: SoftmaxStatistics, _ index: Int, _ seen: [Float], _ temperature: Double,
    _ name: String
  ) {
    let top = seen.max() ?? -.infinity
    #expect(found.maximum[index] == top)
    guard top > -.infinity else {
      #expect(found.sum[index] == 0 && found.spread[index] == 0)
      return
    }
    var (sum, spread) = (0.0, 0.0)
    for value in seen where value > -.infinity {
      let below = Double(top) - Double(value)
      sum += exponential(-below / temperature)
      spread += exponential(-below / temperature) * below
    }
    // In units of ε / temperature; the worst seen are 2.7 and 1.2.
    let allowed = 4 * Double(Float.ulpOfOne) * max(1, 1 / temperature)
    #expect(abs(found.sum[index] - sum) <= allowed * sum, "\(name)")
    #expect(abs(found.spread[index] - spread) <= allowed * (spread + temperature * sum), "\(name)")
  }

  @Test(arguments: shapes, temperatures)
  func coefficientsOfBothSides(shape: (Int, Int), temperature: Double) throws {
    let (rows, columns) = shape
    var random = CounterRandom(seed: 7)
    let first = similarities(rows, columns)
    let rowShift = (0..<rows).map { row in
      max(0, first[(row * columns)..<((row + 1) * columns)].max() ?? 0)
    }
    let columnShift = (0..<columns).map { column in
      max(0, (0..<rows).map { first[$0 * columns + column] }.max() ?? 0)
    }
    let rowWeight = (0..<rows).map { _ in random.uniform(0, 1) }
    let columnWeight = (0..<columns).map { _ in random.uniform(0, 1) }
    for kernels in RowKernels.available {
      var values = first
      try values.withUnsafeMutableBufferPointer { buffer in
        kernels.softmaxCoefficients(
          try tile(buffer, rows, columns), inverseTemperature: Float(1 / temperature),
          rowShift: rowShift, rowWeight: rowWeight, columnShift: columnShift,
          columnWeight: columnWeight)
      }
      for place in values.indices {
        let (row, column) = place.quotientAndRemainder(dividingBy: columns)
        let s = Double(first[place])
        let wanted =
          s == -.infinity
          ? 0
          : Double(rowWeight[row]) * exponential((s - Double(rowShift[row])) / temperature)
            + Double(columnWeight[column])
            * exponential((s - Double(columnShift[column])) / temperature)
        // In units of ε / temperature; the worst seen is 2.1.
        let allowed = 4 * Double(Float.ulpOfOne) * max(1, 1 / temperature)
        #expect(abs(Double(values[place]) - wanted) <= allowed * wanted + 1e-19, "\(kernels.name)")
      }
    }
  }
}
