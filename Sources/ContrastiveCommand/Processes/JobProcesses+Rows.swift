import ContrastiveCore
import ContrastiveFiles

extension JobProcesses {
  /// Most bytes of rows on their way.
  private static var pieceBytes: Int { 4 << 20 }

  /// Writes a matrix of which every process has some rows, in the order of the processes.
  ///
  /// Process 0 writes its own and then those of the others, which send it some at a time.
  func write(
    _ own: Matrix, rows: Range<Int>, of count: Int, to writer: borrowing AtomicFile.Writer
  ) throws(ContrastiveError) {
    let counts = rows.count == count ? [] : gather(own.rows * own.columns * 4)
    try own.withUnsafeBufferPointer { values throws(ContrastiveError) in
      let bytes = UnsafeRawBufferPointer(values)
      guard rank > 0 else { return try writer.write(bytes) }
      guard !counts.isEmpty else { return }
      try forEachPiece(of: bytes.count) { piece throws(ContrastiveError) in
        exchange(
          sending: [OutgoingMessage(to: 0, UnsafeRawBufferPointer(rebasing: bytes[piece]))],
          receiving: [])
      }
    }
    guard rank == 0 else { return }
    for (source, bytes) in counts.enumerated().dropFirst() {
      try forEachPiece(of: bytes) { piece throws(ContrastiveError) in
        var arriving = [UInt8](repeating: 0, count: piece.count)
        arriving.withUnsafeMutableBytes {
          exchange(sending: [], receiving: [IncomingMessage(from: source, $0)])
        }
        try writer.write(arriving)
      }
    }
  }

  private func forEachPiece(
    of bytes: Int, _ body: (Range<Int>) throws(ContrastiveError) -> Void
  ) throws(ContrastiveError) {
    for start in stride(from: 0, to: bytes, by: Self.pieceBytes) {
      try body(start..<min(bytes, start + Self.pieceBytes))
    }
  }
}
