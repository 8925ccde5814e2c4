import ContrastiveCore

/// Images that training asks for by index.
///
/// Whether they are in memory, mapped or decoded on demand is the source's business and changes no
/// result: a run's random draws depend on an image's index alone. `Pixels` and `ImageSet` are
/// sources in memory.
///
/// A source must give the same bytes for the same index every time.
public protocol ImageSource: Sendable {
  /// Number of images, at least 1.
  var count: Int { get }
  /// Shape of every image.
  var shape: ImageShape { get }
  /// One label per image, −1 for an image without one; nil when no image has a label.
  ///
  /// Labels serve evaluation alone. nil by default.
  var labels: [Int]? { get }

  /// Whether images are there at no cost, as in memory; those that must be decoded or read first
  /// are asked for one step ahead. True by default.
  var isInMemory: Bool { get }

  /// What an image is called, such as its file; nil where images have numbers only.
  func name(of index: Int) -> String?

  /// The bytes of some images.
  ///
  /// - Parameters:
  ///   - indices: in 0 ..< count, in any order.
  ///   - workers: the threads to use, such as for decoding.
  /// - Returns: one image of `shape` per index, in the order of `indices`.
  /// - Throws: `ContrastiveError`, such as `.file` for an image that cannot be read.
  func pixels(at indices: [Int], workers: Workers) throws(ContrastiveError) -> Pixels
}

extension ImageSource {
  /// No image has a label.
  public var labels: [Int]? { nil }

  /// Images are there at no cost.
  public var isInMemory: Bool { true }

  /// Images have numbers only.
  public func name(of index: Int) -> String? { nil }

  /// The first images, at most as many as there are.
  ///
  /// - Parameter limit: most images, at least 1; all when nil.
  /// - Returns: a source of the images 0 ..< min(limit, count).
  /// - Throws: `ContrastiveError.parameter` for a limit below 1.
  public func first(_ limit: Int?) throws(ContrastiveError) -> any ImageSource {
    guard let limit, limit < count else { return self }
    try requireParameter(limit >= 1, "limit", limit, "at least 1")
    return ChosenImages(self, firstOf: limit)
  }

  /// The images in order, as many at a time as are held beside a network's own memory.
  var batches: Pieces { Pieces(count, of: shape.imagesPerBatch) }

  /// The images of some indices, scaled, without augmentation.
  ///
  /// - Parameters:
  ///   - indices: in 0 ..< count; the result has their order.
  ///   - scaling: one mean and deviation per channel.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: [indices × `shape`].
  /// - Throws: `ContrastiveError.index` or `.shape` when an index or the channels do not fit, and
  ///   what the source throws.
  public func activations(
    _ indices: some Collection<Int>, scaling: PixelScaling, workers: Workers = .all
  ) throws(ContrastiveError) -> Activations {
    let pixels = try checkedPixels(at: indices, workers: workers)
    return try pixels.scaled(by: scaling, workers: workers)
  }

  /// The images of some indices, once these and what the source gives are known to fit.
  func checkedPixels(
    at indices: some Collection<Int>, workers: Workers
  ) throws(ContrastiveError) -> Pixels {
    for (position, index) in indices.enumerated() where !(0..<count ~= index) {
      throw .index(
        argument: "indices", position: position, found: "\(index)", expected: "0 ..< \(count)")
    }
    let pixels = try pixels(at: Array(indices), workers: workers)
    try requireShape(
      pixels.shape == shape && pixels.count == indices.count, "source",
      "[\(pixels.count) × \(pixels.shape)]", "[\(indices.count) × \(shape)], the images asked for")
    return pixels
  }

  /// Calls `body` with the places of all images in order, a batch at a time, unless the call is
  /// canceled.
  func forEachRange(
    workers: Workers, _ body: (Range<Int>) throws(ContrastiveError) -> Void
  ) throws(ContrastiveError) {
    for batch in 0..<batches.count {
      try workers.checkCanceled()
      try body(batches[batch])
    }
  }

  /// The same with the images themselves.
  func forEachBatch(
    workers: Workers, _ body: (Pixels) throws(ContrastiveError) -> Void
  ) throws(ContrastiveError) {
    try forEachRange(workers: workers) { range throws(ContrastiveError) in
      try body(checkedPixels(at: range, workers: workers))
    }
  }

  /// Refuses a source without images, or with labels of another number.
  func validate(named name: String) throws(ContrastiveError) {
    guard count > 0 else { throw .empty(argument: name) }
    if let labels, labels.count != count {
      throw .shape(
        argument: "\(name) labels", found: "[\(labels.count)]",
        expected: "[\(count)], one per image")
    }
  }
}

extension ImageShape {
  /// 512 images, or as many powers of two as have 2²³ numbers, at least 16.
  var imagesPerBatch: Int {
    var size = 512
    while size > 16, size * count > 1 << 23 { size /= 2 }
    return size
  }
}
