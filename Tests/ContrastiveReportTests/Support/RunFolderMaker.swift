import Foundation

/// Folders, with those above them.
enum RunFolderMaker {
  static func make(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
}
