import ContrastiveCore
import ContrastiveFiles

/// Images in memory, with or without labels.
public struct ImageSet: Sendable, Equatable {
  /// The images, at least one.
  public let pixels: Pixels
  /// One label per image, −1 for an image without one; nil where there are none.
  public let labels: [Int]?

  /// Number of images, at least 1.
  public var count: Int { pixels.count }
  /// Shape of every image.
  public var shape: ImageShape { pixels.shape }

  /// Joins images and labels.
  ///
  /// - Parameters:
  ///   - pixels: at least one image.
  ///   - labels: one per image, −1 for an image without one, or nil.
  /// - Throws: `ContrastiveError.empty` without images, `.shape` for labels of another number.
  public init(_ pixels: Pixels, labels: [Int]? = nil) throws(ContrastiveError) {
    guard pixels.count > 0 else { throw .empty(argument: "images") }
    if let labels, labels.count != pixels.count {
      throw .shape(argument: "labels", found: "[\(labels.count)]", expected: "[\(pixels.count)]")
    }
    self.pixels = pixels
    self.labels = labels
  }

  /// The first images, at most as many as there are.
  ///
  /// - Parameter limit: most images to keep, at least 1.
  /// - Returns: the images 0 ..< min(limit, count) and their labels.
  /// - Throws: `ContrastiveError.parameter` for a limit below 1.
  public func prefix(_ limit: Int) throws(ContrastiveError) -> ImageSet {
    guard limit >= 1 else {
      throw .parameter(name: "limit", found: "\(limit)", expected: "at least 1")
    }
    guard limit < count else { return self }
    let bytes = Array(pixels.bytes[..<(limit * pixels.shape.count)])
    return try ImageSet(
      Pixels(bytes, shape: pixels.shape), labels: labels.map { Array($0[..<limit]) })
  }
}

extension ImageSet: ImageSource {
  /// Copies of some images; see `Pixels.pixels(at:workers:)`.
  public func pixels(
    at indices: [Int], workers: Workers = .one
  ) throws(ContrastiveError) -> Pixels {
    try pixels.pixels(at: indices, workers: workers)
  }
}

extension ImageSet {
  /// Gray, gray and alpha, color, color and alpha.
  private static let mostChannels = 4

  /// Reads images and, if asked, their labels.
  ///
  /// A name that ends in `.npy` is read as `.npy`, every other one as IDX, gzipped or not.
  ///
  /// - Parameters:
  ///   - path: images `[count × height × width]` or `[count × height × width × channels]` of 1 to 4
  ///     channels, whole numbers from 0 to 255 or floating point from 0 to 1.
  ///   - labelsPath: whole numbers `[count]` of any type, or nil.
  /// - Throws: `ContrastiveError.file`, which names the file and says what is wrong with it.
  public init(
    imagesPath path: String, labelsPath: String? = nil
  ) throws(ContrastiveError) {
    let images = try Self.read(path)
    guard 3...4 ~= images.shape.count else {
      throw .file(
        path: path,
        problem: "holds \(images.summary), expected images [count × height × width] or "
          + "[count × height × width × channels]")
    }
    try Self.requireChannelsLast(images, path: path)
    let pixels: [UInt8]
    do throws(ContrastiveError) {
      pixels = try images.pixels(argument: "images")
    } catch {
      throw .file(path: path, problem: error.description)
    }
    guard !pixels.isEmpty else {
      throw .file(path: path, problem: "holds no images: \(images.summary)")
    }
    var labels: [Int]?
    if let labelsPath {
      labels = try Self.labels(labelsPath, count: images.shape[0], of: path)
    }
    let shape = try? ImageShape(
      height: images.shape[1], width: images.shape[2],
      channels: images.shape.count == 3 ? 1 : images.shape[3])
    guard let shape else {
      throw .file(path: path, problem: "holds images too large to be encoded: \(images.summary)")
    }
    try self.init(Pixels(pixels, shape: shape), labels: labels)
  }

  /// Refuses more channels than images have: other orders of the axes are read as such.
  private static func requireChannelsLast(
    _ images: Tensor, path: String
  ) throws(ContrastiveError) {
    let shape = images.shape
    guard shape.count == 4, shape[3] > mostChannels, shape[0] > 0 else { return }
    let understood =
      "holds \(images.summary), understood as \(shape[0]) images of \(shape[1]) × \(shape[2]) "
      + "pixels with \(shape[3]) channels, expected at most \(mostChannels)"
    guard 1...mostChannels ~= shape[1] else { throw .file(path: path, problem: understood) }
    throw .file(
      path: path,
      problem: understood + "; if channels come first, as in [n,C,H,W], put them last: in NumPy "
        + "images.transpose(0, 2, 3, 1)")
  }

  private static func labels(
    _ path: String, count: Int, of imagesPath: String
  ) throws(ContrastiveError) -> [Int] {
    let tensor = try read(path)
    guard let labels = try? tensor.int64s(argument: path) else {
      throw .file(
        path: path, problem: "holds \(tensor.summary), expected labels, whole numbers [count]")
    }
    guard labels.count == count else {
      throw .file(
        path: path,
        problem: "holds \(labels.count) labels, expected \(count), one for each image in "
          + imagesPath)
    }
    return labels.map { Int($0) }
  }

  private static func read(_ path: String) throws(ContrastiveError) -> Tensor {
    path.hasSuffix(".npy") ? try NPYFile.read(path: path) : try IDXFile.read(path: path)
  }
}
