import ContrastiveCore
import ContrastiveFiles

/// Images of one size, 8 bits a channel, with or without labels.
public struct ImageSet: Sendable, Equatable {
  /// Number of images, at least 1.
  public let count: Int
  /// Rows of pixels, at least 1.
  public let height: Int
  /// Pixels in a row, at least 1.
  public let width: Int
  /// Numbers a pixel, at least 1: 1 for grey, 3 for red, green and blue.
  public let channels: Int
  /// The pixels, `[count × height × width × channels]` in row-major order.
  public let pixels: [UInt8]
  /// One label an image, or nil where there are none.
  public let labels: [Int64]?

  /// Numbers an image: `height × width × channels`.
  public var imageSize: Int { height * width * channels }

  /// The shape of one image as `28 × 28 × 1`, for messages.
  public var imageShape: String { "\(height) × \(width) × \(channels)" }

  /// Takes pixels and labels.
  ///
  /// - Parameters:
  ///   - count: number of images, at least 1.
  ///   - height: rows of pixels, at least 1.
  ///   - width: pixels in a row, at least 1.
  ///   - channels: numbers a pixel, at least 1.
  ///   - pixels: exactly `count × height × width × channels` numbers in that order.
  ///   - labels: one an image, or nil.
  /// - Throws: `ContrastiveError.shape` or `.empty` for what does not fit.
  public init(
    count: Int, height: Int, width: Int, channels: Int, pixels: [UInt8], labels: [Int64]?
  ) throws(ContrastiveError) {
    let shape = [count, height, width, channels]
    guard count != 0 else { throw .empty(argument: "images") }
    guard shape.allSatisfy({ $0 > 0 }) else {
      throw .shape(
        argument: "images", found: "\(shape)", expected: "lengths of at least 1")
    }
    // The elements' count is checked by the tensor, without overflow.
    _ = try Tensor(shape: shape, elements: .uint8(pixels))
    if let labels, labels.count != count {
      throw .shape(argument: "labels", found: "[\(labels.count)]", expected: "[\(count)]")
    }
    self.init(shape: shape, pixels: pixels, labels: labels)
  }

  /// Shapes that are known to fit.
  private init(shape: [Int], pixels: [UInt8], labels: [Int64]?) {
    (count, height, width, channels) = (shape[0], shape[1], shape[2], shape[3])
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
    return ImageSet(
      shape: [limit, height, width, channels], pixels: Array(pixels[..<(limit * imageSize)]),
      labels: labels.map { Array($0[..<limit]) })
  }
}

extension ImageSet {
  /// Reads images and, if asked, their labels.
  ///
  /// A name that ends in `.npy` is read as `.npy`, every other one as IDX, gzipped or not.
  ///
  /// - Parameters:
  ///   - path: U8 images `[count × height × width]` or `[count × height × width × channels]`.
  ///   - labelsPath: U8, I32 or I64 labels `[count]`, or nil.
  /// - Throws: `ContrastiveError.file`, which names the file and says what is wrong with it.
  public init(
    imagesPath path: String, labelsPath: String? = nil
  ) throws(ContrastiveError) {
    let images = try Self.read(path)
    guard case .uint8(let pixels) = images.elements, 3...4 ~= images.shape.count else {
      throw .file(
        path: path,
        problem: "holds \(images.summary), expected images U8 [count × height × width] or "
          + "[count × height × width × channels]")
    }
    guard !pixels.isEmpty else {
      throw .file(path: path, problem: "holds no images: \(images.summary)")
    }
    var labels: [Int64]?
    if let labelsPath {
      labels = try Self.labels(labelsPath, count: images.shape[0], of: path)
    }
    let shape = images.shape.count == 3 ? images.shape + [1] : images.shape
    self.init(shape: shape, pixels: pixels, labels: labels)
  }

  private static func labels(
    _ path: String, count: Int, of imagesPath: String
  ) throws(ContrastiveError) -> [Int64] {
    let tensor = try read(path)
    guard let labels = try? tensor.int64s(argument: path) else {
      throw .file(
        path: path, problem: "holds \(tensor.summary), expected labels U8, I32 or I64 [count]")
    }
    guard labels.count == count else {
      throw .file(
        path: path,
        problem: "holds \(labels.count) labels, expected \(count), one for each image in "
          + imagesPath)
    }
    return labels
  }

  private static func read(_ path: String) throws(ContrastiveError) -> Tensor {
    path.hasSuffix(".npy") ? try NPYFile.read(path: path) : try IDXFile.read(path: path)
  }
}
