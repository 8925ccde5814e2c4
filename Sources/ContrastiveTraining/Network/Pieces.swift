import ContrastiveCore

/// A cut of `0 ..< count` into pieces whose size depends on the problem alone.
struct Pieces: Sendable {
  let total: Int
  let size: Int

  init(_ total: Int, of size: Int) {
    self.total = total
    self.size = max(size, 1)
  }

  /// Pieces of images of `width` numbers each: a power of two of them, at most 16, so that they lie
  /// in whole sixteens.
  static func images(_ count: Int, width: Int, elements: Int = 32_768) -> Pieces {
    Pieces(count, of: min(16, (elements / max(width, 1)).powerOfTwoAtMost))
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

  /// The pieces of some images, which are whole pieces but for the last of all.
  func indices(in images: Range<Int>) -> Range<Int> {
    guard !images.isEmpty else { return 0..<0 }
    return (images.lowerBound / size)..<((images.upperBound + size - 1) / size)
  }
}

extension Int {
  /// The largest power of two that is not above this; 1 below 1.
  var powerOfTwoAtMost: Int { 1 << (Int.bitWidth - 1 - Swift.max(self, 1).leadingZeroBitCount) }
}

extension Workers {
  /// Calls `body(range, worker)` once for every piece.
  func forEach(
    _ pieces: Pieces, _ body: @Sendable (_ range: Range<Int>, _ worker: Int) -> Void
  ) {
    forEach(pieces.count) { index, worker in body(pieces[index], worker) }
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
