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
  /// Reads images and, if asked, their labels.
  ///
  /// A name that ends in `.npy` or `.npy.gz` is read as `.npy`, every other one as IDX, gzipped or
  /// not.
  ///
  /// - Parameters:
  ///   - path: images `[count × height × width]` or `[count × height × width × channels]` of 1 to 4
  ///     channels, whole numbers from 0 to 255 or floating point from 0 to 1.
  ///   - labelsPath: whole numbers `[count]` of any type, or nil.
  /// - Throws: `ContrastiveError.file`, which names the file and says what is wrong with it.
  public init(
    imagesPath path: String, labelsPath: String? = nil
  ) throws(ContrastiveError) {
    let images = try ImageArray.read(path)
    let shape = try ImageArray.shape(images.shape, summary: images.summary, path: path)
    let pixels: [UInt8]
    do throws(ContrastiveError) {
      pixels = try images.pixels(argument: "images")
    } catch {
      throw .file(path: path, problem: error.description)
    }
    var labels: [Int]?
    if let labelsPath {
      labels = try ImageArray.labels(labelsPath, count: images.shape[0], of: path)
    }
    try self.init(Pixels(pixels, shape: shape), labels: labels)
  }
}
