import ContrastiveCore

/// Some images of a source, in an order of their own.
package struct ChosenImages: ImageSource {
  let base: any ImageSource
  let indices: [Int]
  /// Labels of the chosen images.
  package let labels: [Int]?

  /// The images of some indices, each in 0 ..< base.count.
  package init(_ base: any ImageSource, _ indices: [Int]) {
    (self.base, self.indices) = (base, indices)
    labels = base.labels.map { labels in indices.map { labels[$0] } }
  }

  /// The first images, at most `limit`.
  init(_ base: any ImageSource, firstOf limit: Int) {
    self.init(base, Array(0..<min(limit, base.count)))
  }

  package var count: Int { indices.count }
  package var shape: ImageShape { base.shape }
  package var isInMemory: Bool { base.isInMemory }

  package func name(of index: Int) -> String? { base.name(of: indices[index]) }

  package func pixels(at places: [Int], workers: Workers) throws(ContrastiveError) -> Pixels {
    try base.pixels(at: places.map { indices[$0] }, workers: workers)
  }
}
