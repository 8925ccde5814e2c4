import ContrastiveCore
import ContrastiveTraining

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

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

  /// The folder's absolute path, so that a run can be resumed from another working directory.
  static func absolute(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
