import CLibrary

/// The system calls of a save, each of which may fail.
///
/// A value rather than plain calls so that tests can have the n-th one fail, as a full disk would.
package struct FileCalls: Sendable {
  package var openFile: @Sendable (_ path: String, _ flags: Int32) -> Int32 = {
    open($0, $1, 0o666)
  }
  package var writeBytes: @Sendable (_ descriptor: Int32, UnsafeRawBufferPointer) -> Int = {
    write($0, $1.baseAddress, $1.count)
  }
  package var synchronize: @Sendable (_ descriptor: Int32) -> Int32 = { fsync($0) }
  package var makeFolder: @Sendable (_ path: String) -> Int32 = { mkdir($0, 0o777) }
  package var renameFile: @Sendable (_ from: String, _ to: String) -> Int32 = { rename($0, $1) }

  /// The calls of the system.
  package static let system = FileCalls()
}
