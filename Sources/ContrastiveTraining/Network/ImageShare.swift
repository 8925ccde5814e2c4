import ContrastiveCore

/// Which images of a batch each of several processes computes: the same ones in every layer, so that
/// sums are sent instead of activations.
struct ImageShare: Sendable {
  /// Images of the batch.
  let count: Int
  /// Images that stay together: a piece of any layer lies in one process.
  let unit: Int
  let group: any ProcessGroup

  /// Nil where this process is alone.
  init?(count: Int, unit: Int, workers: Workers) {
    guard let group = workers.processes else { return nil }
    (self.count, self.unit, self.group) = (count, unit, group)
  }

  /// The images of a process.
  func images(of rank: Int) -> Range<Int> {
    let units = group.share(of: (count + unit - 1) / unit, rank: rank)
    return min(count, units.lowerBound * unit)..<min(count, units.upperBound * unit)
  }

  /// Gets what the other processes have written of `width` numbers for each piece of images.
  func gather<Element: BitwiseCopyable>(
    _ memory: SharedMemory<Element>, _ pieces: Pieces, width: Int
  ) {
    group.gather(
      memory,
      runs: (0..<group.size).map { rank in
        let own = pieces.indices(in: images(of: rank))
        return (own.lowerBound * width)..<(own.upperBound * width)
      })
  }

  /// Gives every process the activations of all images.
  func gather(_ activations: inout Activations) {
    let width = activations.shape.count
    activations.withMutableMemory { gather($0, Pieces(count, of: 1), width: width) }
  }
}

extension Pieces {
  /// Pieces of images of `width` numbers each: a power of two of them, at most 16, so that they lie
  /// in whole sixteens.
  static func images(_ count: Int, width: Int, elements: Int = 32_768) -> Pieces {
    Pieces(count, of: min(16, (elements / max(width, 1)).powerOfTwoAtMost))
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
}

/// The layers of a network of which each of several processes computes its own images, and those
/// images.
struct ImageShares {
  private let share: ImageShare?
  private let areShared: [Bool]

  /// Images of a process are whole sixteens.
  private static let leastUnit = 16

  /// Layers of images share them, but for those that need all; layers of vectors do not.
  init(_ layers: [Network.NamedLayer], images: Int, workers: Workers) {
    let together = layers.map { named in
      named.layer.inputShape.positions > 1 ? named.layer.imagesTogether(in: images) : nil
    }
    areShared = together.map { $0 != nil }
    share = ImageShare(
      count: images, unit: together.reduce(Self.leastUnit) { max($0, $1 ?? 1) }, workers: workers)
  }

  /// The images that this process computes in a layer; nil for all.
  subscript(layer: Int) -> ImageShare? { areShared[layer] ? share : nil }

  /// Gets the images of the other processes where only its own are there.
  func complete(_ activations: inout Activations, _ isWhole: inout Bool) {
    if !isWhole { share?.gather(&activations) }
    isWhole = true
  }
}
