import Foundation
import Testing

/// `contrastive`, run as a user runs it.
///
/// The test target that uses it must depend on `ContrastiveCommand`, so that the program is built.
public struct Command: Sendable {
  /// The exit status.
  public let status: Int32
  /// What it wrote on standard output.
  public let output: String
  /// What it wrote on standard error.
  public let errors: String

  /// Runs `contrastive` with arguments and waits for it.
  public init(_ arguments: String...) throws { try self.init(arguments: arguments) }

  /// Runs `contrastive` with arguments and waits for it.
  public init(arguments: [String]) throws {
    try self.init(program: Self.program, arguments: arguments)
  }

  /// Runs a line of the shell, in which `"$0"` is `contrastive`, and waits for it.
  public init(shell line: String) throws {
    try self.init(program: "/bin/sh", arguments: ["-c", line, Self.program])
  }

  private init(program: String, arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let folder = try TemporaryFolder()
    func newFile(_ name: String) throws -> FileHandle {
      try folder.write("", name)
      return try FileHandle(forWritingTo: URL(fileURLWithPath: folder.file(name)))
    }
    let (out, err) = (try newFile("out"), try newFile("err"))
    process.standardOutput = out
    process.standardError = err
    try process.run()
    process.waitUntilExit()
    status = process.terminationStatus
    output = try folder.text("out")
    errors = try folder.text("err")
  }

  /// Where it is: beside the test runner that was built with it.
  public static var program: String {
    URL(fileURLWithPath: CommandLine.arguments[0])
      .deletingLastPathComponent().appendingPathComponent("contrastive").path
  }

  /// Whether this is Linux, with its loader.
  public static let isLinux: Bool = {
    #if os(Linux)
      true
    #else
      false
    #endif
  }()

  /// Lines on standard error.
  public var errorLines: [Substring] { errors.split(separator: "\n") }

  /// The JSON object on standard output.
  public func json() throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
  }
}
