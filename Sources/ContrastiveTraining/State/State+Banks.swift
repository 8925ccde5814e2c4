import Contrastive
import ContrastiveFiles

extension QueueBank: Stateful {
  /// Exchanges the rows and the place of the next one.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    var (rows, next) = (rows, nextSlot)
    try state("rows", &rows, columns: dimension)
    try state("next_slot", &next)
    guard state.isLoading else { return }
    guard let bank = QueueBank(capacity: capacity, rows: rows, nextSlot: next) else {
      throw state.failure("has \(rows.rows) rows and next slot \(next), capacity \(capacity)")
    }
    self = bank
  }
}
