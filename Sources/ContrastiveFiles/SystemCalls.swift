import CLibrary

/// Why the last system call failed, in the system's words.
func systemReason() -> String { String(cString: strerror(errno)) }

/// Repeats a call that a signal interrupted before it did anything.
func retryingInterrupts<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}

/// Reads what the system gives at once.
///
/// A name of its own, because a method called `read` would hide the system's.
func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  retryingInterrupts { read(descriptor, buffer.baseAddress, buffer.count) }
}

/// Whether there is something under a name, be it unreadable.
package func fileExists(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 || (errno != ENOENT && errno != ENOTDIR)
}
