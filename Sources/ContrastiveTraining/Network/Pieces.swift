import ContrastiveCore

/// A cut of `0 ..< count` into pieces whose size depends on the problem alone.
struct Pieces: Sendable {
  let total: Int
  let size: Int

  init(_ total: Int, of size: Int) {
    self.total = total
    self.size = max(size, 1)
  }

  /// Pieces of about `elements` numbers, where each of the `rows` has `width` of them.
  init(rows: Int, width: Int, elements: Int = 32_768) {
    self.init(rows, of: elements / max(width, 1))
  }

  /// Groups of blocks that each sum a gradient of `weights` numbers of their own: at most 32, and
  /// fewer where their sums would pass 64 MiB.
  static func groups(of blocks: Int, weights: Int) -> Pieces {
    Pieces(groupsOf: blocks, atMost: min(32, max(4, (16 << 20) / max(weights, 1))))
  }

  /// At most `most` groups of a power of two of blocks each.
  init(groupsOf blocks: Int, atMost most: Int) {
    self.init(blocks, of: (2 * ((blocks + most - 1) / most) - 1).powerOfTwoAtMost)
  }

  var count: Int { (total + size - 1) / size }

  subscript(index: Int) -> Range<Int> {
    (index * size)..<min((index + 1) * size, total)
  }
}

extension Workers {
  /// Calls `body(range, worker)` once for every piece.
  func forEach(
    _ pieces: Pieces, _ body: @Sendable (_ range: Range<Int>, _ worker: Int) -> Void
  ) {
    forEach(pieces.count) { index, worker in body(pieces[index], worker) }
  }

  /// Sums that `body` takes over each piece in Double, added in the order of the pieces.
  ///
  /// `body(range, sums)` adds to `width` zeros.
  func sums(
    _ pieces: Pieces, width: Int,
    _ body: @Sendable (_ range: Range<Int>, _ sums: UnsafeMutablePointer<Double>) -> Void
  ) -> [Double] {
    var partial = [Double](repeating: 0, count: pieces.count * width)
    partial.withUnsafeMutableBufferPointer { buffer in
      let memory = SharedMemory(buffer)
      forEach(pieces.count) { index, _ in body(pieces[index], memory + index * width) }
    }
    var total = [Double](repeating: 0, count: width)
    for piece in 0..<pieces.count {
      for column in 0..<width { total[column] += partial[piece * width + column] }
    }
    return total
  }

  /// Adds `pieces` vectors of `width`, which lie one after the other, to `target` in their order.
  func add(
    pieces: Int, width: Int, of partial: SharedMemory<Float>, to target: SharedMemory<Float>
  ) {
    forEach(Pieces(width, of: 4_096)) { range, _ in
      let sum = target + range.lowerBound
      for piece in 0..<pieces {
        let term = partial + (piece * width + range.lowerBound)
        for offset in 0..<range.count { sum[offset] += term[offset] }
      }
    }
  }
}

extension Workers {
  /// Sums of a row-major matrix down its columns, in Double.
  func columnSums(
    of matrix: SharedReadOnlyMemory<Float>, rows: Int, columns: Int
  ) -> [Double] {
    sums(Pieces(rows: rows, width: columns), width: columns) { range, sums in
      for row in range {
        let values = matrix + row * columns
        for column in 0..<columns { sums[column] += Double(values[column]) }
      }
    }
  }
}
