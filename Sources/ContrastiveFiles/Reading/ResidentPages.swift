import ContrastiveCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Keeps pages of mapped files from filling the memory.
///
/// A thread looks every millisecond at how much memory the process holds. Where it is more than
/// allowed, all pages of mapped files are given back; those in use are mapped again at their next
/// access, from the system's cache or from the disk. That changes no element.
package enum ResidentPages {
  private struct Mapping {
    let start: UInt
    let count: Int
  }

  private struct State {
    var mappings: [Mapping] = []
    var limit: Int?
    var isWatching = false
  }

  private static let state = Mutex(State())
  /// What the process holds besides that the limit does not count: code, libraries, tiles.
  private static let allowance = 32 << 20

  /// Bounds what the process holds, from now on.
  ///
  /// - Parameter bytes: as the user gave them.
  package static func limit(to bytes: Int) {
    let starts = state.withLock { state in
      defer { state.isWatching = true }
      state.limit = bytes
      return !state.isWatching
    }
    guard starts else { return }
    #if os(Linux)
      var thread = pthread_t()
      let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { _ in
        ResidentPages.watch()
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

  #if os(Linux)
    private static func watch() -> Never {
      let page = Int(sysconf(Int32(_SC_PAGESIZE)))
      let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
      let ownFiles = held(file)?.files ?? 0
      while true {
        usleep(1_000)
        guard let limit = state.withLock({ $0.limit }), let held = held(file) else { continue }
        let mapped = (held.files - ownFiles) * page
        guard held.all * page - allowance > limit, mapped > max(4 << 20, limit / 8) else {
          continue
        }
        let mappings = state.withLock { $0.mappings }
        for mapping in mappings {
          _ = madvise(
            UnsafeMutableRawPointer(bitPattern: mapping.start), mapping.count, MADV_DONTNEED)
        }
      }
    }

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
