import ContrastiveCore
import Testing
import _TestSupport

/// A similarity matrix in memory, and tiles of it as passes cut them.
struct Similarities {
  let rows: Int
  let columns: Int
  let values: [Float]

  /// Drawn uniformly from −1 ..< 1.
  init(_ rows: Int, _ columns: Int, seed: UInt64) {
    self.init(rows, columns, TestData.numbers(rows * columns, seed: seed))
  }

  init(_ rows: Int, _ columns: Int, _ values: [Float]) {
    precondition(values.count == rows * columns)
    (self.rows, self.columns, self.values) = (rows, columns, values)
  }

  /// Similarities of a set against itself: those of i and j are one number.
  static func symmetric(_ rows: Int, seed: UInt64) -> Similarities {
    let drawn = Similarities(rows, rows, seed: seed)
    return Similarities(
      rows, rows,
      (0..<(rows * rows)).map { drawn[min($0 / rows, $0 % rows), max($0 / rows, $0 % rows)] })
  }

  subscript(row: Int, column: Int) -> Float { values[row * columns + column] }

  var transposed: Similarities {
    Similarities(
      columns, rows,
      (0..<columns).flatMap { column in (0..<rows).map { self[$0, column] } })
  }

  /// Calls `body` with a copy of a part; what `body` leaves in it is returned, row-major.
  ///
  /// Rows of the tile stand apart, and nothing between them may be written.
  @discardableResult
  func tile(
    _ rows: Range<Int>, _ columns: Range<Int>, _ body: (Tile) -> Void
  ) -> [Float] {
    let stride = columns.count + 3
    let guardValue: Float = 1234.5
    var memory = [Float](repeating: guardValue, count: rows.count * stride)
    for (place, row) in rows.enumerated() {
      for (other, column) in columns.enumerated() {
        memory[place * stride + other] = self[row, column]
      }
    }
    memory.withUnsafeMutableBufferPointer { memory in
      guard let base = memory.baseAddress else { return }
      body(Tile(rows: rows, columns: columns, values: base, stride: stride))
    }
    for place in memory.indices where place % stride >= columns.count {
      #expect(memory[place] == guardValue, "written between rows")
    }
    return rows.indices.flatMap { row -> ArraySlice<Float> in
      let start = (row - rows.lowerBound) * stride
      return memory[start..<(start + columns.count)]
    }
  }

  /// What a reader knows of some rows after the given spans of columns.
  func statistics<Reader: TileReader>(
    _ reader: Reader, rows: Range<Int>? = nil, spans: [Range<Int>]? = nil, finishing: Bool = true
  ) -> Reader.Statistics {
    let rows = rows ?? 0..<self.rows
    var found = reader.start(rows: rows)
    for span in spans ?? [0..<columns] { tile(rows, span) { reader.read($0, into: &found) } }
    if finishing { reader.finish(&found) }
    return found
  }

  /// What a reader knows of all rows after runs of spans that were merged in order.
  func merged<Reader: MergingReader>(
    _ reader: Reader, runs: [[Range<Int>]]
  ) -> Reader.Statistics {
    let parts = runs.map { statistics(reader, spans: $0) }
    var found = parts[0]
    for part in parts.dropFirst() { reader.merge(part, into: &found) }
    return found
  }

  /// Ways to cut columns into runs of spans: whole, in spans, in runs, and in single columns.
  static func cuts(_ columns: Int) -> [[[Range<Int>]]] {
    let (third, half) = (columns / 3, columns / 2)
    let singles = (0..<columns).map { $0..<($0 + 1) }
    return [
      [[0..<columns]], [[0..<third, third..<columns]], [[0..<third], [third..<columns]],
      [[0..<third, third..<half], [half..<(columns - 1)], [(columns - 1)..<columns]],
      singles.map { [$0] }, [singles],
    ].map { $0.map { $0.filter { !$0.isEmpty } }.filter { !$0.isEmpty } }
  }
}
