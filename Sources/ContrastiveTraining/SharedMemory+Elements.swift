// Generic code of package access is not specialized in other modules: each element would cost a
// call that asks for its type. What is declared here is, and stands before what the core declares.

import ContrastiveCore

extension SharedMemory {
  subscript(index: Int) -> Element {
    get { base[index] }
    nonmutating set { base[index] = newValue }
  }

  static func + (memory: SharedMemory, offset: Int) -> UnsafeMutablePointer<Element> {
    memory.base + offset
  }
}

extension SharedReadOnlyMemory {
  subscript(index: Int) -> Element { base[index] }

  static func + (memory: SharedReadOnlyMemory, offset: Int) -> UnsafePointer<Element> {
    memory.base + offset
  }
}
