import ContrastiveCore
import ContrastiveFiles

/// Images and labels in .npy and IDX files, in memory or read when they are asked for.
package enum ImageArray {
  /// Gray, gray and alpha, color, color and alpha.
  private static let mostChannels = 4

  /// Images of a file, in memory where they fit.
  ///
  /// - Parameters:
  ///   - path: images, as `ImageSet` takes them.
  ///   - labelsPath: their labels, or nil.
  ///   - memory: bytes that may be held; what is held is taken off.
  /// - Returns: the images.
  /// - Throws: `ContrastiveError.file`.
  package static func open(
    _ path: String, labelsPath: String?, memory: inout Int
  ) throws(ContrastiveError) -> any ImageSource {
    // Standard input can be read once.
    guard path != "-" else { return try ImageSet(imagesPath: path, labelsPath: labelsPath) }
    let header = try StoredArray.Header(path: path)
    let bytes = header.count.map { $0.multipliedReportingOverflow(by: header.type.width) }
    guard let bytes, !bytes.overflow, bytes.partialValue <= memory else {
      return try StoredImages(path: path, labelsPath: labelsPath)
    }
    let images = try ImageSet(imagesPath: path, labelsPath: labelsPath)
    memory -= images.pixels.bytes.count
    return images
  }

  /// Reads a whole file.
  static func read(_ path: String) throws(ContrastiveError) -> Tensor {
    try path.hasSuffix(".npy") || path.hasSuffix(".npy.gz")
      ? NPYFile.read(path: path) : IDXFile.read(path: path)
  }

  /// The shape of each image of an array.
  static func shape(
    _ shape: [Int], summary: String, path: String
  ) throws(ContrastiveError) -> ImageShape {
    guard 3...4 ~= shape.count else {
      throw .file(
        path: path,
        problem: "holds \(summary), expected images [count × height × width] or "
          + "[count × height × width × channels]")
    }
    try requireChannelsLast(shape, summary: summary, path: path)
    guard !shape.contains(0) else {
      throw .file(path: path, problem: "holds no images: \(summary)")
    }
    let image = try? ImageShape(
      height: shape[1], width: shape[2], channels: shape.count == 3 ? 1 : shape[3])
    guard let image else {
      throw .file(path: path, problem: "holds images too large to be encoded: \(summary)")
    }
    return image
  }

  /// Refuses more channels than images have: other orders of the axes are read as such.
  private static func requireChannelsLast(
    _ shape: [Int], summary: String, path: String
  ) throws(ContrastiveError) {
    guard shape.count == 4, shape[3] > mostChannels, shape[0] > 0 else { return }
    let understood =
      "holds \(summary), understood as \(shape[0]) images of \(shape[1]) × \(shape[2]) "
      + "pixels with \(shape[3]) channels, expected at most \(mostChannels)"
    guard 1...mostChannels ~= shape[1] else { throw .file(path: path, problem: understood) }
    throw .file(
      path: path,
      problem: understood + "; if channels come first, as in [n,C,H,W], put them last: in NumPy "
        + "images.transpose(0, 2, 3, 1)")
  }

  /// Reads the labels of `count` images.
  static func labels(
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
}

/// Images of an array in a file, read when they are asked for.
struct StoredImages: ImageSource {
  let shape: ImageShape
  let labels: [Int]?
  private let array: StoredArray
  /// Whether floating point is on the scale 0 … 1, which all images say together.
  private let isUnit: Bool

  /// Opens a file; floating point is read once, for its scale.
  init(path: String, labelsPath: String?) throws(ContrastiveError) {
    array = try StoredArray(path: path)
    shape = try ImageArray.shape(array.shape, summary: array.summary, path: path)
    labels =
      if let labelsPath {
        try ImageArray.labels(labelsPath, count: array.shape[0], of: path)
      } else {
        nil
      }
    var isUnit = true
    if [.float16, .bfloat16, .float32, .float64].contains(array.type) {
      let pieces = Pieces(array.shape[0], of: shape.imagesPerBatch)
      for piece in 0..<pieces.count where isUnit {
        isUnit = try !array.rows(pieces[piece]).hasNumberAboveOne(argument: "images")
      }
    }
    self.isUnit = isUnit
  }

  var count: Int { array.shape[0] }
  var isInMemory: Bool { false }

  func pixels(at indices: [Int], workers: Workers) throws(ContrastiveError) -> Pixels {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(indices.count * shape.count)
    var place = 0
    while place < indices.count {
      // Images that lie one after the other are read together.
      var end = place + 1
      while end < indices.count, indices[end] == indices[end - 1] + 1 { end += 1 }
      let rows = indices[place]..<(indices[end - 1] + 1)
      guard 0 <= rows.lowerBound, rows.upperBound <= count else {
        throw .index(
          argument: "indices", position: place, found: "\(rows)", expected: "0 ..< \(count)")
      }
      do throws(ContrastiveError) {
        bytes += try array.rows(rows).pixels(argument: "images", isUnit: isUnit)
      } catch {
        if case .file = error { throw error }
        throw .file(path: array.path, problem: "images from \(rows.lowerBound) on: \(error)")
      }
      place = end
    }
    return try Pixels(bytes, shape: shape)
  }
}
