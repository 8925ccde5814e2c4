import CLibrary
import ContrastiveCore
import Synchronization

/// Keeps pages of mapped files from filling the memory.
///
/// Workers look after each tile or other piece of work at how much memory the process holds, and a
/// thread does every millisecond, for work that is not theirs. Where it is more than allowed, and
/// pages of mapped files are more than half of that, all of these are given back; those in use are
/// mapped again at their next access, from the system's cache or from the disk. That changes no
/// element.
package enum ResidentPages {
  private struct Mapping {
    let start: UInt
    let count: Int
  }

  private struct State {
    var mappings: [Mapping] = []
    var bounds: Bounds?
  }

  /// What the process may hold.
  private struct Bounds {
    /// As the user gave it.
    var limit: Int
    /// `/proc/self/statm`.
    let file: Int32
    let pageSize: Int
    /// Pages of the program itself.
    let ownFiles: Int
  }

  private static let state = Mutex(State())
  /// What the process holds besides that the limit does not count: code, libraries, tiles.
  private static let allowance = 32 << 20

  /// Bounds what the process holds, from now on.
  ///
  /// - Parameter bytes: as the user gave them.
  package static func limit(to bytes: Int) {
    #if os(Linux)
      let isFirst = state.withLock { state in
        if state.bounds != nil {
          state.bounds?.limit = bytes
          return false
        }
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        state.bounds = Bounds(
          limit: bytes, file: file, pageSize: Int(sysconf(Int32(_SC_PAGESIZE))),
          ownFiles: held(file)?.files ?? 0)
        return true
      }
      guard isFirst else { return }
      var thread = pthread_t()
      let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { _ in
        while true {
          usleep(1_000)
          ResidentPages.giveBack()
        }
      }
      if pthread_create(&thread, nil, body, nil) == 0 { pthread_detach(thread) }
    #endif
  }

  /// A matrix whose elements are those of an open file, from a byte on.
  ///
  /// - Throws: `ContrastiveError.file`.
  static func matrix(
    _ descriptor: Int32, offset: Int, rows: Int, columns: Int, path: String
  ) throws(ContrastiveError) -> Matrix {
    let count = offset + 4 * rows * columns
    guard let start = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0), start != MAP_FAILED
    else {
      throw .file(path: path, problem: "cannot be mapped: \(systemReason())")
    }
    // Without it a page is read only when it is needed; with it the disk is ahead of the products.
    _ = madvise(start, count, MADV_SEQUENTIAL)
    state.withLock { $0.mappings.append(Mapping(start: UInt(bitPattern: start), count: count)) }
    let elements = (start + offset).assumingMemoryBound(to: Float.self)
    return Matrix(rows: rows, columns: columns, borrowing: UnsafePointer(elements))
  }

  /// Gives pages of mapped files back if the process holds more than it may.
  package static func giveBack() {
    #if os(Linux)
      guard let bounds = state.withLock({ $0.bounds }), let held = held(bounds.file) else { return }
      let mapped = (held.files - bounds.ownFiles) * bounds.pageSize
      guard held.all * bounds.pageSize - allowance > bounds.limit,
        mapped > max(4 << 20, bounds.limit / 2)
      else { return }
      for mapping in state.withLock({ $0.mappings }) {
        _ = madvise(
          UnsafeMutableRawPointer(bitPattern: mapping.start), mapping.count, MADV_DONTNEED)
      }
    #endif
  }

  #if os(Linux)
    /// Pages that the process holds, and those of files among them.
    private static func held(_ file: Int32) -> (all: Int, files: Int)? {
      withUnsafeTemporaryAllocation(byteCount: 128, alignment: 1) { buffer in
        let count = pread(file, buffer.baseAddress, buffer.count, 0)
        guard count > 0 else { return nil }
        let numbers = buffer[..<count].split(separator: UInt8(ascii: " ")).prefix(3).map { digits in
          digits.reduce(0) { $0 * 10 + Int($1) - 48 }
        }
        return numbers.count == 3 ? (numbers[1], numbers[2]) : nil
      }
    }
  #endif
}
