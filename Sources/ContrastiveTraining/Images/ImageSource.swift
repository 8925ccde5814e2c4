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
    guard pixels.shape == shape, pixels.count == indices.count else {
      throw .shape(
        argument: "source", found: "[\(pixels.count) × \(pixels.shape)]",
        expected: "[\(indices.count) × \(shape)], the images asked for")
    }
    return pixels
  }

  /// Calls `body` with all images in order, a batch at a time.
  func forEachBatch(
    of size: Int = 512, workers: Workers, _ body: (Pixels) throws(ContrastiveError) -> Void
  ) throws(ContrastiveError) {
    for start in stride(from: 0, to: count, by: size) {
      try body(checkedPixels(at: start..<min(start + size, count), workers: workers))
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

/// The first images of a source.
struct FirstImages: ImageSource {
  let base: any ImageSource
  let count: Int

  var shape: ImageShape { base.shape }
  var labels: [Int]? { base.labels.map { Array($0.prefix(count)) } }

  func pixels(at indices: [Int], workers: Workers) throws(ContrastiveError) -> Pixels {
    try base.pixels(at: indices, workers: workers)
  }
}
