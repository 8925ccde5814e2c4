import ContrastiveCore

extension LayerPass {
  /// Calls `body(piece, worker)` once for every piece of images of this process.
  func forEachPiece(
    _ pieces: Pieces, _ body: @Sendable (_ index: Int, _ worker: Int) -> Void
  ) {
    let own = share.map { pieces.indices(in: $0.images(of: $0.group.rank)) } ?? 0..<pieces.count
    workers.forEach(own.count) { body(own.lowerBound + $0, $1) }
  }

  /// Calls `body(images, worker)` once for every piece of images of this process.
  func forEach(
    _ pieces: Pieces, _ body: @Sendable (_ images: Range<Int>, _ worker: Int) -> Void
  ) {
    forEachPiece(pieces) { index, worker in body(pieces[index], worker) }
  }

  /// Calls `body(elements)` for runs of the elements of this process's images, of `width` each.
  func forEachElements(
    of images: Int, width: Int, _ body: @Sendable (_ elements: Range<Int>) -> Void
  ) {
    forEach(.images(images, width: width)) { images, _ in
      body((images.lowerBound * width)..<(images.upperBound * width))
    }
  }

  /// Sums that `body` takes over each piece of images in Double, added in the order of the pieces.
  ///
  /// `body(images, sums)` adds to `width` zeros.
  func sums(
    _ pieces: Pieces, width: Int,
    _ body: @Sendable (_ images: Range<Int>, _ sums: UnsafeMutablePointer<Double>) -> Void
  ) -> [Double] {
    var partial = [Double](repeating: 0, count: pieces.count * width)
    partial.withMutableSharedMemory { memory in
      forEachPiece(pieces) { index, _ in body(pieces[index], memory + index * width) }
      share?.gather(memory, pieces, width: width)
    }
    var total = [Double](repeating: 0, count: width)
    for piece in 0..<pieces.count {
      for column in 0..<width { total[column] += partial[piece * width + column] }
    }
    return total
  }

  /// Sums of a row-major matrix down its columns, in Double; an image has `positions` rows.
  func columnSums(
    of matrix: SharedReadOnlyMemory<Float>, _ pieces: Pieces, positions: Int, columns: Int
  ) -> [Double] {
    sums(pieces, width: columns) { images, sums in
      for row in (images.lowerBound * positions)..<(images.upperBound * positions) {
        let values = matrix + row * columns
        for column in 0..<columns { sums[column] += Double(values[column]) }
      }
    }
  }
}
