import ContrastiveCore
import ContrastiveFiles

/// The training and test images of a folder.
///
/// The folder has IDX files of the MNIST family under their usual names, each gzipped (with `.gz`
/// after its name) or not; `.idx` may stand for `-idx`,
///
/// ```
/// train-images-idx3-ubyte   train-labels-idx1-ubyte
/// t10k-images-idx3-ubyte    t10k-labels-idx1-ubyte
/// ```
///
/// or NumPy files:
///
/// ```
/// train-images.npy          train-labels.npy
/// test-images.npy           test-labels.npy
/// ```
///
/// Only the training images must be there. Images are `[count × height × width]` or
/// `[count × height × width × channels]` of any size and 1 to 4 channels, the same in training and
/// testing, whole numbers from 0 to 255 or floating point from 0 to 1; labels are whole numbers
/// `[count]`. A file that is there with and without `.gz` is read without.
///
/// Without test images a share of the training images may be set aside; see `ImageReading`.
/// Folders of pictures are read by the module `ContrastiveImages`.
public struct ImageFolder: Sendable {
  /// Training images, with labels where there are any.
  public let train: any ImageSource
  /// Test images of the same size, with labels where there are any; nil when there are none.
  public let test: (any ImageSource)?
  /// Names of the labels 0, 1, …; empty when they have none.
  public let classNames: [String]
  /// Pictures that could not be decoded and were left out; nil where images are no files.
  public let skipped: [SkippedImage]?
  /// What was understood of the folder and may not be what was meant, in words.
  public let notes: [String]

  private static let idxNames = [
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
  ]
  private static let npyNames = [
    "train-images.npy", "train-labels.npy", "test-images.npy", "test-labels.npy",
  ]

  /// A data set of one's own.
  ///
  /// - Parameters:
  ///   - train: images to train on.
  ///   - test: images of the same shape, or nil.
  ///   - classNames: names of the labels 0, 1, …, or none.
  ///   - skipped: pictures that were left out; nil where images are no files.
  ///   - notes: what the reader of the folder should know.
  public init(
    train: any ImageSource, test: (any ImageSource)?, classNames: [String] = [],
    skipped: [SkippedImage]? = nil, notes: [String] = []
  ) {
    (self.train, self.test, self.classNames) = (train, test, classNames)
    (self.skipped, self.notes) = (skipped, notes)
  }

  /// Reads a folder of IDX or NumPy files.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - reading: which labels are used, what is set aside, and how much memory may be used.
  /// - Throws: `ContrastiveError.file`, which names the folder or the file and says what is missing
  ///   or wrong: files of neither or of both kinds, no training images, wrong types, labels and
  ///   images that differ in number, images for testing that differ in size from those for
  ///   training.
  public init(
    path: String, reading: ImageReading = ImageReading()
  ) throws(ContrastiveError) {
    guard let names = try Self.arrays(in: path) else {
      throw .file(
        path: path,
        problem: "holds none of the files looked for: \(Self.idxNames.joined(separator: ", ")) "
          + "(each or .gz), or \(Self.npyNames.joined(separator: ", "))")
    }
    let files = names.map { name in name.map { "\(path)/\($0)" } }
    var memory = reading.memoryLimit
    func images(_ place: Int) throws(ContrastiveError) -> (any ImageSource)? {
      guard let images = files[place] else { return nil }
      return try ImageArray.open(
        images, labelsPath: reading.labels == .none ? nil : files[place + 1], memory: &memory)
    }
    guard let train = try images(0) else {
      throw .file(path: path, problem: "holds no training images")
    }
    let test = try images(2)
    if let test, test.shape != train.shape {
      throw .file(
        path: files[2] ?? path,
        problem: "holds images of \(test.shape), expected \(train.shape) as in "
          + (files[0] ?? path))
    }
    self = Self(train: train, test: test).holdingOut(reading)
  }

  /// The folder with a share of its training images set aside for testing, where it has no test
  /// images.
  package func holdingOut(_ reading: ImageReading) -> ImageFolder {
    guard test == nil else {
      guard let share = reading.holdout, share > 0 else { return self }
      return ImageFolder(
        train: train, test: test, classNames: classNames, skipped: skipped,
        notes: notes + ["There are test images, so that none are set aside (--holdout)."])
    }
    let hasLabels = train.labels?.contains { $0 != -1 } ?? false
    let share = reading.holdout ?? (hasLabels ? 0.1 : 0)
    guard share > 0 else { return self }
    let parts = Holdout(share: share, count: train.count, labels: train.labels, seed: reading.seed)
    guard !parts.test.isEmpty else {
      return ImageFolder(
        train: train, test: nil, classNames: classNames, skipped: skipped,
        notes: notes + ["There are too few images to set \(share) of them aside for testing."])
    }
    return ImageFolder(
      train: ChosenImages(train, parts.train), test: ChosenImages(train, parts.test),
      classNames: classNames, skipped: skipped, notes: notes)
  }

  /// Whether a folder has files of arrays.
  ///
  /// - Throws: `ContrastiveError.file` for a folder that cannot be read, or that has training
  ///   images neither as IDX nor as NumPy files, but other such files.
  package static func holdsArrays(_ path: String) throws(ContrastiveError) -> Bool {
    try arrays(in: path) != nil
  }

  /// The names to read, in the order of `idxNames`, nil for what is missing; nil when all are.
  private static func arrays(in path: String) throws(ContrastiveError) -> [String?]? {
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
    case (false, false): return nil
    }
  }

  /// Refuses labels without their images, and images for testing alone.
  private static func complete(
    _ found: [String?], names: [String], suffix: String, path: String
  ) throws(ContrastiveError) -> [String?] {
    let missing = [0, 2].first { found[$0] == nil && ($0 == 0 || found[$0 + 1] != nil) }
    if let missing {
      throw .file(
        path: path,
        problem: "holds \(found.compactMap(\.self).joined(separator: ", ")) but not "
          + names[missing] + suffix)
    }
    return found
  }
}

/// A picture that was left out of a data set.
public struct SkippedImage: Sendable, Equatable {
  /// Its path below the folder.
  public let name: String
  /// What is wrong with it.
  public let problem: String

  /// A picture and what is wrong with it.
  public init(name: String, problem: String) { (self.name, self.problem) = (name, problem) }
}
