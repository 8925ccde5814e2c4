import CLibrary
import ContrastiveCore
import ContrastiveImages
import ContrastiveTraining

/// The data folder of a command.
enum DataFolder {
  /// The folder given, or where Debian installs Fashion-MNIST.
  ///
  /// - Parameter given: a folder, or nil.
  /// - Returns: the folder.
  /// - Throws: `ContrastiveError.file` when none is given and none installed.
  static func path(_ given: String?) throws(ContrastiveError) -> String {
    if let given { return given }
    guard let found = InstalledData.fashionMNIST() else {
      throw .file(
        path: "fashion-mnist",
        problem: "is not installed; give --data, or install the package dataset-fashion-mnist")
    }
    return found
  }

  /// The images of a folder: IDX or .npy files, or else pictures; what is left out of it is named
  /// on standard error.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - reading: how it is read.
  ///   - workers: the threads that decode.
  /// - Returns: the images.
  /// - Throws: `ContrastiveError`.
  static func images(
    _ path: String, _ reading: ImageReading, workers: Workers
  ) throws(ContrastiveError) -> ImageFolder {
    let images: ImageFolder
    if try ImageFolder.holdsArrays(path) {
      images = try ImageFolder(path: path, reading: reading)
    } else {
      var display = DecodingDisplay()
      images = try ImageFolder(pictures: path, reading: reading, workers: workers) {
        display.show($0, of: $1)
      }
      display.end()
    }
    for note in images.notes { Standard.error("Note: \(note)\n") }
    warn(of: images.skipped ?? [])
    return images
  }

  /// Names pictures that were left out.
  static func warn(of skipped: [SkippedImage]) {
    for image in skipped { Standard.error("Warning: skipped \(image.name): \(image.problem)\n") }
    if skipped.count > 1 { Standard.error("Skipped \(skipped.count) pictures in all.\n") }
  }

  /// The folder's absolute path, so that a run can be resumed from another working directory.
  static func absolute(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
