import ContrastiveCore
import ContrastiveFiles
import ContrastiveTraining

extension ImageFolder {
  /// Reads a folder of pictures: files whose names end in .jpg, .jpeg, .png or .webp, in any case
  /// and at any depth, in the order of their paths' bytes.
  ///
  /// Subfolders `train` and `test` (or `val`) are the sets where both are there; else everything is
  /// for training, and `reading.holdout` of it is set aside for testing. Classes are the first
  /// folders below a set's root where every picture lies in one, in the order of their names'
  /// bytes. Names that begin with a dot are passed over, links are followed. A picture that cannot
  /// be decoded whole is left out and in `skipped`. Every picture is decoded once, those that fit
  /// into `reading.memory` are held, and the others decoded again when they are asked for.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - reading: how it is read.
  ///   - workers: the threads that decode; no effect on the result.
  ///   - report: called with the pictures decoded so far and all of them.
  /// - Throws: `ContrastiveError.file` for a folder, or the folder of a set, without pictures that
  ///   can be decoded, with a picture whose path has a line break, or with one that cannot be
  ///   decoded where `reading.isStrict`; `.canceled`.
  public init(
    pictures path: String, reading: ImageReading = ImageReading(), workers: Workers = .all,
    report: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(ContrastiveError) {
    let path = Self.withoutSlash(path)
    let scan = try PictureScan(path)
    guard !scan.files.isEmpty else { throw Self.nothing(in: path, others: scan.otherFiles) }
    let sets = PictureSets(scan.files, labels: reading.labels)
    let files = sets.train + (sets.test ?? [])
    let loaded = try withoutActuallyEscaping(report) { report throws(ContrastiveError) in
      try PictureLoader(
        root: path, files: files, reading: reading, workers: workers, report: report
      ).load()
    }
    let set = PictureSet(
      shape: try ImageShape(
        height: reading.imageSize, width: reading.imageSize,
        channels: loaded.store.decoder.channels),
      labels: sets.labels(of: loaded.store.files.map(\.name)), store: loaded.store)
    let trainCount = loaded.places.count { $0 < sets.train.count }
    guard trainCount > 0 else {
      throw .file(path: "\(path)/train", problem: "holds no picture that can be decoded")
    }
    let isSplit = trainCount < set.count
    if let test = sets.testName, !isSplit {
      throw .file(path: "\(path)/\(test)", problem: "holds no picture that can be decoded")
    }
    let folder = ImageFolder(
      train: isSplit ? ChosenImages(set, Array(0..<trainCount)) : set,
      test: isSplit ? ChosenImages(set, Array(trainCount..<set.count)) : nil,
      classNames: sets.classNames.map(\.text), skipped: loaded.skipped,
      notes: Self.notes(sets))
    self = folder.holdingOut(reading)
  }

  private static func notes(_ sets: PictureSets) -> [String] {
    guard sets.others > 0, let test = sets.testName else { return [] }
    return ["\(sets.others) pictures outside of train/ and \(test)/ are not used."]
  }

  /// A folder's name without slashes at its end.
  static func withoutSlash(_ path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  static func nothing(in path: String, others: Int) -> ContrastiveError {
    .file(
      path: path,
      problem: "holds no pictures (.jpg, .jpeg, .png, .webp), nor images as IDX or .npy files "
        + "(train-images-idx3-ubyte or train-images.npy)"
        + (others > 0 ? "; \(others) other files" : ""))
  }
}

extension PictureSet {
  /// Pictures that were read, and those that could not be.
  public typealias Reading = (pictures: PictureSet, skipped: [SkippedImage])

  /// All pictures of a folder as one set without labels, in the order of their paths' bytes.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - reading: how it is read.
  ///   - workers: the threads that decode; no effect on the result.
  ///   - report: called with the pictures decoded so far and all of them.
  /// - Returns: the pictures, and those that were left out.
  /// - Throws: as `ImageFolder.init(pictures:reading:workers:report:)`.
  public static func all(
    in path: String, reading: ImageReading, workers: Workers = .all,
    report: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(ContrastiveError) -> Reading {
    let path = ImageFolder.withoutSlash(path)
    let scan = try PictureScan(path)
    guard !scan.files.isEmpty else {
      throw ImageFolder.nothing(in: path, others: scan.otherFiles)
    }
    return try read(
      scan.files, below: path, reading: reading, workers: workers, report: report)
  }

  /// One picture.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - reading: the size and the channels it is brought to.
  /// - Returns: a set of one.
  /// - Throws: `ContrastiveError.file` when it cannot be decoded.
  public static func picture(
    _ path: String, reading: ImageReading
  ) throws(ContrastiveError) -> PictureSet {
    var reading = reading
    (reading.isStrict, reading.cache) = (true, nil)
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
    do throws(ContrastiveError) {
      return try read(
        [FileName(Array(name.utf8))], below: folder, reading: reading, workers: .one,
        report: { _, _ in }
      ).pictures
    } catch {
      guard case .file(_, let problem) = error else { throw error }
      throw .file(path: path, problem: problem)
    }
  }

  private static func read(
    _ files: [FileName], below root: String, reading: ImageReading, workers: Workers,
    report: (_ done: Int, _ total: Int) -> Void
  ) throws(ContrastiveError) -> Reading {
    let loaded = try withoutActuallyEscaping(report) { report throws(ContrastiveError) in
      try PictureLoader(
        root: root, files: files, reading: reading, workers: workers, report: report
      ).load()
    }
    let shape = try ImageShape(
      height: reading.imageSize, width: reading.imageSize,
      channels: loaded.store.decoder.channels)
    return (PictureSet(shape: shape, labels: nil, store: loaded.store), loaded.skipped)
  }
}
