import FoundationEssentials
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A folder of a test's own, removed with everything in it.
struct TemporaryFolder {
  let path: String

  /// Calls `body` with a new folder.
  static func use(_ body: (TemporaryFolder) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "files-\(UUID())").path()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(TemporaryFolder(path: path))
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file and gives its path.
  @discardableResult
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    // Not `Data.write`, which waits for the disk.
    let stream = try #require(fopen(file(name), "w"))
    #expect(fwrite(bytes, 1, bytes.count, stream) == bytes.count && fclose(stream) == 0)
    return file(name)
  }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: file(name))))
  }

  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}
