import Contrastive
import ContrastiveFiles

extension BankSlots: Stateful {
  /// Exchanges embeddings (in the bank's precision), ids, labels and steps of every slot.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    var (ids, labels, steps, elements) = (ids, labels, steps, elements)
    try state("ids", &ids, count: capacity)
    try state("labels", &labels, count: capacity)
    try state("steps", &steps, count: capacity)
    switch elements {
    case .single(var values):
      try state("embeddings", &values, count: capacity * dimension)
      elements = .single(values)
    case .half(var bits):
      try state("embeddings", &bits, count: capacity * dimension)
      elements = .half(bits)
    }
    guard state.isLoading else { return }
    self = try state.restoring { () throws(ContrastiveError) in
      try BankSlots(
        dimension: dimension, elements: elements, ids: ids, labels: labels, steps: steps,
        products: products)
    }
  }
}

extension QueueBank: Stateful {
  /// Exchanges the slots, the place of the next row and the step of the last.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    var (slots, next, last) = (slots, nextSlot, lastStep)
    try state("slots", &slots)
    try state("next_slot", &next)
    try state("last_step", &last)
    guard state.isLoading else { return }
    self = try state.restoring { () throws(ContrastiveError) in
      try QueueBank(slots: slots, nextSlot: next, lastStep: last)
    }
  }
}

extension SampleBank: Stateful {
  /// Exchanges the slots and the step of the last write.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    var (slots, last) = (slots, lastStep)
    try state("slots", &slots)
    try state("last_step", &last)
    guard state.isLoading else { return }
    self = try state.restoring { () throws(ContrastiveError) in
      try SampleBank(slots: slots, momentum: momentum, lastStep: last)
    }
  }
}

extension StateExchange {
  /// What `make` gives; its error becomes one about the current part of the file.
  ///
  /// - Parameter make: restores a value from what was loaded, checking it as a whole.
  /// - Returns: the value.
  /// - Throws: `ContrastiveError.file`.
  public func restoring<Value>(
    _ make: () throws(ContrastiveError) -> Value
  ) throws(ContrastiveError) -> Value {
    do throws(ContrastiveError) {
      return try make()
    } catch {
      throw failure("is not possible: \(error)")
    }
  }
}
