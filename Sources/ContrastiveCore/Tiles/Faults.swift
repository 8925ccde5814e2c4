/// Positions of unusable elements: the first of each row block and of each block of columns, or −1.
struct Faults: ~Copyable {
  private let rows: SharedArray<Int>
  private let columns: SharedArray<Int>

  init(rowBlocks: Int, columnBlocks: Int) {
    rows = SharedArray(repeating: -1, count: rowBlocks)
    columns = SharedArray(repeating: -1, count: columnBlocks)
  }

  /// Where workers put what they find.
  var slots: (rows: SharedMemory<Int>, columns: SharedMemory<Int>) {
    (rows.memory, columns.memory)
  }

  /// Throws the first, if there is one; those of the rows come first.
  func check(rows rowOperand: Operand, columns columnOperand: Operand) throws(ContrastiveError) {
    if let position = rows.elements.first(where: { $0 >= 0 }) {
      throw rowOperand.fault(at: position)
    }
    if let position = columns.elements.first(where: { $0 >= 0 }) {
      throw columnOperand.fault(at: position)
    }
  }

  /// The position in the whole operand of the first unusable element of some rows, or −1.
  static func find(
    in values: SharedReadOnlyMemory<Float>, rows: Range<Int>, of operand: Operand
  ) -> Int {
    let dimension = operand.dimension
    let start = rows.lowerBound * dimension
    let found = RowKernels.best.firstBeyond(
      values + start, count: rows.count * dimension, limit: operand.limit)
    return found.map { start + $0 } ?? -1
  }
}
