import ContrastiveCore
import ContrastiveFiles

/// The training and test images of a folder.
///
/// The folder has the four IDX files of the MNIST family under their usual names, each gzipped
/// (with `.gz` after its name) or not; `.idx` may stand for `-idx`,
///
/// ```
/// train-images-idx3-ubyte   train-labels-idx1-ubyte
/// t10k-images-idx3-ubyte    t10k-labels-idx1-ubyte
/// ```
///
/// or four NumPy files:
///
/// ```
/// train-images.npy          train-labels.npy
/// test-images.npy           test-labels.npy
/// ```
///
/// Images are `[count × height × width]` or `[count × height × width × channels]` of any size and 1
/// to 4 channels, the same in training and testing, whole numbers from 0 to 255 or floating point from 0 to 1; labels
/// are whole numbers `[count]`. A file that is there with
/// and without `.gz` is read without.
public struct ImageFolder: Sendable {
  /// Training images with labels.
  public let train: ImageSet
  /// Test images of the same size, with labels.
  public let test: ImageSet

  private static let idxNames = [
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
  ]
  private static let npyNames = [
    "train-images.npy", "train-labels.npy", "test-images.npy", "test-labels.npy",
  ]

  /// A data set in memory.
  package init(train: ImageSet, test: ImageSet) {
    self.train = train
    self.test = test
  }

  /// Reads a folder.
  ///
  /// - Parameter path: the folder.
  /// - Throws: `ContrastiveError.file`, which names the folder or the file and says what is missing
  ///   or wrong: files of neither or of both kinds, wrong types, no images, labels and images that
  ///   differ in number, images for testing that differ in size from those for training.
  public init(path: String) throws(ContrastiveError) {
    let files = try Self.files(in: path).map { "\(path)/\($0)" }
    train = try ImageSet(imagesPath: files[0], labelsPath: files[1])
    test = try ImageSet(imagesPath: files[2], labelsPath: files[3])
    guard train.pixels.shape == test.pixels.shape else {
      throw .file(
        path: files[2],
        problem:
          "holds images of \(test.pixels.shape), expected \(train.pixels.shape) as in \(files[0])"
      )
    }
  }

  /// The four names to read, in the order of `idxNames`.
  private static func files(in path: String) throws(ContrastiveError) -> [String] {
    let present = try Folder.names(in: path)
    let idx = idxNames.map { name in
      let dotted = name.replacing("-idx", with: ".idx")
      return [name, "\(name).gz", dotted, "\(dotted).gz"].first { present.contains($0) }
    }
    let npy = npyNames.map { present.contains($0) ? $0 : nil }
    let isIDX = idx.contains { $0 != nil }
    let isNPY = npy.contains { $0 != nil }
    switch (isIDX, isNPY) {
    case (true, true):
      let both = [idx, npy].map { $0.compactMap(\.self).joined(separator: ", ") }
      throw .file(
        path: path,
        problem: "holds IDX files (\(both[0])) and NumPy files (\(both[1])), expected one kind")
    case (true, false): return try complete(idx, names: idxNames, suffix: " (or .gz)", path: path)
    case (false, true): return try complete(npy, names: npyNames, suffix: "", path: path)
    case (false, false):
      throw .file(
        path: path,
        problem: "holds none of the files looked for: \(idxNames.joined(separator: ", ")) "
          + "(each or .gz), or \(npyNames.joined(separator: ", "))")
    }
  }

  private static func complete(
    _ found: [String?], names: [String], suffix: String, path: String
  ) throws(ContrastiveError) -> [String] {
    let missing = zip(names, found).filter { $0.1 == nil }.map { $0.0 + suffix }
    guard missing.isEmpty else {
      throw .file(
        path: path,
        problem: "holds \(found.compactMap(\.self).joined(separator: ", ")) but not "
          + missing.joined(separator: ", "))
    }
    return found.compactMap(\.self)
  }
}
