import ContrastiveCore
import FoundationEssentials
import Synchronization

/// Bytes that are in memory.
final class MemoryReader: RewindableSource {
  let path: String
  private let data: Data
  private var position = 0

  init(_ data: Data, name: String) {
    self.data = data
    path = name
  }

  /// Everything that standard input gives.
  ///
  /// - Throws: `ContrastiveError.file` when it cannot be read, was read before, or is more than
  ///   the machine holds.
  static func standardInput() throws(ContrastiveError) -> MemoryReader {
    let name = standardInputName
    let isFirst = wasRead.withLock { wasRead in
      defer { wasRead = true }
      return !wasRead
    }
    guard isFirst else {
      throw .file(path: name, problem: "was read already: - can stand for one file only")
    }
    var data = Data()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = buffer.withUnsafeMutableBytes { systemRead(0, $0) }
      guard count >= 0 else {
        throw .file(path: name, problem: "cannot be read: \(systemReason())")
      }
      if count == 0 { break }
      data.append(contentsOf: buffer[..<count])
      try MemoryReader(Data(), name: name).admitInMemory(data.count)
    }
    return MemoryReader(data, name: name)
  }

  private static let wasRead = Mutex(false)

  var size: Int { data.count }
  var remaining: Int? { data.count - position }

  func readSome(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, data.count - position)
    let start = data.startIndex + position
    data.copyBytes(to: buffer, from: start..<(start + count))
    position += count
    return count
  }

  func rewind() { position = 0 }
}
