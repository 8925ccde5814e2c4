import Contrastive
import ContrastiveFiles

extension BankSlots: Stateful {
  /// Exchanges the embeddings and what is known of each slot.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    var (ids, labels, steps) = (ids, labels, steps)
    try state("ids", &ids, count: capacity)
    try state("labels", &labels, count: capacity)
    try state("steps", &steps, count: capacity)
    var elements = elements
    switch elements {
    case .single(var values):
      try state("embeddings", &values, count: capacity * dimension)
      elements = .single(values)
    case .half(var bits):
      try state("embeddings", &bits, count: capacity * dimension)
      elements = .half(bits)
    }
    guard state.isLoading else { return }
    do {
      self = try BankSlots(
        dimension: dimension, elements: elements, ids: ids, labels: labels, steps: steps)
    } catch {
      throw state.failure("does not hold a bank: \(error)")
    }
  }
}

extension QueueBank: Stateful {
  /// Exchanges the slots, the place of the next row and the step of the last write.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    var (slots, next, last) = (slots, nextSlot, lastStep)
    try state("slots", &slots)
    try state("next_slot", &next)
    try state("last_step", &last)
    guard state.isLoading else { return }
    do {
      self = try QueueBank(slots: slots, nextSlot: next, lastStep: last)
    } catch {
      throw state.failure("does not hold a queue: \(error)")
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
    do {
      self = try SampleBank(slots: slots, momentum: momentum, lastStep: last)
    } catch {
      throw state.failure("does not hold a bank of samples: \(error)")
    }
  }
}
