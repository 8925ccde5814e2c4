import Foundation

/// Memory that ends at a page which no one may touch: to read or write beyond it ends the process.
final class GuardedBuffer<Element: BitwiseCopyable> {
  /// The first element; the last one ends where the page begins.
  let start: UnsafeMutablePointer<Element>
  let count: Int
  private let memory: UnsafeMutableRawPointer
  private let bytes: Int

  init(_ values: [Element]) {
    count = values.count
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let size = (count * MemoryLayout<Element>.stride + page - 1) / page * page + page
    bytes = size + page
    guard
      let memory = mmap(
        nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | Int32(MAP_ANONYMOUS), -1, 0),
      memory != MAP_FAILED, mprotect(memory + size, page, PROT_NONE) == 0
    else { preconditionFailure("no memory") }
    self.memory = memory
    start = (memory + size - count * MemoryLayout<Element>.stride)
      .assumingMemoryBound(to: Element.self)
    for (place, value) in values.enumerated() { (start + place).initialize(to: value) }
  }

  deinit { munmap(memory, bytes) }

  /// What is in it now.
  var values: [Element] { (0..<count).map { start[$0] } }
}
