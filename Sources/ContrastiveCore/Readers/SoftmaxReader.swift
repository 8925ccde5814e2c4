/// Largest similarity, Σ exp and spread of each row of a block, as the kernels keep them.
///
/// With m a row's maximum similarity and e = exp((s − m)/temperature).
package struct SoftmaxStatistics: Sendable {
  /// m; −∞ for a row that has seen no column.
  package var maximum: [Float]
  /// Σ e.
  package var sum: [Double]
  /// Σ e · (m − s): m − spread/sum is the softmax-weighted mean similarity.
  package var spread: [Double]

  /// Rows that have seen no column.
  package init(rows: Int) {
    maximum = [Float](repeating: -.infinity, count: rows)
    sum = [Double](repeating: 0, count: rows)
    spread = [Double](repeating: 0, count: rows)
  }

  /// The same where it stands in memory.
  package struct Pointers {
    let maximum: UnsafeMutablePointer<Float>
    let sum: UnsafeMutablePointer<Double>
    let spread: UnsafeMutablePointer<Double>

    /// From a later row on.
    func from(_ row: Int) -> Pointers {
      Pointers(maximum: maximum + row, sum: sum + row, spread: spread + row)
    }
  }

  package mutating func withPointers(_ body: (Pointers) -> Void) {
    maximum.withUnsafeMutableBufferPointer { maximum in
      sum.withUnsafeMutableBufferPointer { sum in
        spread.withUnsafeMutableBufferPointer { spread in
          guard let maximum = maximum.baseAddress, let sum = sum.baseAddress,
            let spread = spread.baseAddress
          else { return }
          body(Pointers(maximum: maximum, sum: sum, spread: spread))
        }
      }
    }
  }

  /// Adds other columns of the same rows; `factors` is told by what each row's two sums were
  /// multiplied.
  package mutating func merge(
    _ later: Self, temperature: Double,
    factors: (_ row: Int, _ kept: Double, _ added: Double) -> Void = { _, _, _ in }
  ) {
    for row in sum.indices {
      let top = max(maximum[row], later.maximum[row])
      let kept = Self.factor(from: maximum[row], to: top, temperature)
      let added = Self.factor(from: later.maximum[row], to: top, temperature)
      spread[row] = kept * spreadBelow(top, row) + added * later.spreadBelow(top, row)
      maximum[row] = top
      sum[row] = kept * sum[row] + added * later.sum[row]
      factors(row, kept, added)
    }
  }

  private static func factor(from old: Float, to new: Float, _ temperature: Double) -> Double {
    if old == new { return 1 }
    return old == -.infinity ? 0 : exponential((Double(old) - Double(new)) / temperature)
  }

  /// The spread below a higher maximum.
  private func spreadBelow(_ top: Float, _ row: Int) -> Double {
    sum[row] == 0 ? 0 : spread[row] + sum[row] * (Double(top) - Double(maximum[row]))
  }
}

/// Log-sum-exp of each row, and in a pass that sums, the softmax-weighted sum of the columns.
package struct SoftmaxReader: MergingReader, OnlineReader {
  package let temperature: Double
  /// Excluded entries.
  package let exclusions: [Exclusion]
  private let inverse: Float
  private let kernels = RowKernels.best

  package init(temperature: Double, excluding exclusions: [Exclusion] = []) {
    self.temperature = temperature
    self.exclusions = exclusions
    inverse = Float(1 / temperature)
  }

  package func start(rows: Range<Int>) -> SoftmaxStatistics { SoftmaxStatistics(rows: rows.count) }

  package func read(_ tile: Tile, into statistics: inout SoftmaxStatistics) {
    exclusions.apply(to: tile)
    statistics.withPointers {
      kernels.softmaxStatistics(tile, inverseTemperature: inverse, into: $0)
    }
  }

  package func read(
    _ tile: Tile, transposed: () -> Tile, rows: inout SoftmaxStatistics,
    columns: inout SoftmaxStatistics
  ) {
    guard exclusions.isSymmetric else {
      let other = transposed()
      read(tile, into: &rows)
      return read(other, into: &columns)
    }
    exclusions.apply(to: tile)
    rows.withPointers { rows in
      columns.withPointers {
        kernels.softmaxStatistics(tile, inverseTemperature: inverse, ofRows: rows, ofColumns: $0)
      }
    }
  }

  package func readAndWrite(
    _ tile: Tile, into statistics: inout SoftmaxStatistics,
    rescale: UnsafeMutablePointer<Float>
  ) {
    exclusions.apply(to: tile)
    statistics.withPointers {
      kernels.softmaxUpdate(tile, inverseTemperature: inverse, into: $0, rescale: rescale)
    }
  }

  package func merge(_ later: SoftmaxStatistics, into statistics: inout SoftmaxStatistics) {
    statistics.merge(later, temperature: temperature)
  }

  package func merge(
    _ later: SoftmaxStatistics, into statistics: inout SoftmaxStatistics,
    keep: UnsafeMutablePointer<Float>, add: UnsafeMutablePointer<Float>
  ) {
    statistics.merge(later, temperature: temperature) { row, kept, added in
      keep[row] = Float(kept)
      add[row] = Float(added)
    }
  }
}

extension SoftmaxStatistics: Portable {
  package init(from packet: inout PacketReader) {
    maximum = packet.take()
    sum = packet.take()
    spread = packet.take()
  }

  package func add(to packet: inout Packet) {
    packet.add(maximum)
    packet.add(sum)
    packet.add(spread)
  }
}
