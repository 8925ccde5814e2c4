import ContrastiveCore

/// Which images of a batch each of several processes computes: the same ones in every layer, so
/// that sums are sent instead of activations.
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

  /// The images that this process computes in a layer; nil for all, as before the first layer and
  /// after the last.
  subscript(layer: Int) -> ImageShare? {
    areShared.indices.contains(layer) && areShared[layer] ? share : nil
  }

  /// Gets the images of the other processes where a layer has made this one's alone and the next
  /// needs all.
  func complete(_ activations: inout Activations, from layer: Int, to next: Int) {
    if self[next] == nil { self[layer]?.gather(&activations) }
  }
}
