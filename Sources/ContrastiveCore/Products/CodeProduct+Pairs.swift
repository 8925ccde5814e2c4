import ContrastiveKernels

extension CodeProduct {
  /// What a search knows of rows or columns besides their codes.
  package struct Side: Sendable {
    package let offsets: [Float]
    package let thresholds: [Float]

    package init(offsets: [Float], thresholds: [Float]) {
      self.offsets = offsets
      self.thresholds = thresholds
    }
  }

  /// A row and a column whose value reaches a threshold.
  package struct Pair: Equatable, Sendable {
    package let row: Int
    package let column: Int
    package let value: Float

    package init(row: Int, column: Int, value: Float) {
      (self.row, self.column, self.value) = (row, column, value)
    }
  }

  /// The pairs whose value reaches the threshold of its row or column, in order.
  ///
  /// A value is `scale · scale · codes + (offset + offset)`, rounded to Float32 at each step.
  package func pairs(
    _ rows: CodedRows, _ columns: CodedRows, _ rowSide: Side, _ columnSide: Side
  ) -> [Pair] {
    let (left, right) = (
      PackedCodes(rows: rows, for: self), PackedCodes(columns: columns, for: self)
    )
    let most = rows.count * columns.count
    let found = withUnsafeTemporaryAllocation(of: ContrastivePair.self, capacity: most) { pairs in
      [
        rows.scales, rowSide.offsets, rowSide.thresholds, columns.scales, columnSide.offsets,
        columnSide.thresholds,
      ].withSharedMemories { own in
        let count = table.pointee.sift(
          rows.count, columns.count, rows.units, left.base, right.base,
          ContrastiveSide(
            scales: own[0].base, offsets: own[1].base, thresholds: own[2].base),
          ContrastiveSide(
            scales: own[3].base, offsets: own[4].base, thresholds: own[5].base),
          pairs.baseAddress)
        return pairs[..<count].map {
          Pair(row: Int($0.row), column: Int($0.column), value: $0.value)
        }
      }
    }
    return found.sorted { ($0.row, $0.column) < ($1.row, $1.column) }
  }
}
