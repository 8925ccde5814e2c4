import ContrastiveCore
import Testing

/// A set against itself, each pair once, beside every row against every row.
@Suite struct SymmetricPassTests {
  /// Every size of blocks, odd and even numbers of them, and around their edges.
  static let sizes = [1, 2, 127, 128, 129, 256, 257, 641, 1_024, 1_025, 1_280, 1_281, 1_537, 4_225]

  /// Every pair of blocks occurs once, and no block is in two pairs of a round or skips one.
  @Test(arguments: sizes + [100_000]) func everyPairOccursOnce(rows: Int) {
    let grid = SymmetricGrid(rows: rows)
    #expect(PassInputs.pairs(of: grid) == grid.blocks * (grid.blocks + 1) / 2)
  }

  private func writer(rows: Int) -> SoftmaxWriter {
    let side = SoftmaxWriter.Side(
      shift: [Float](repeating: 0, count: rows), weight: (0..<rows).map { 1 + Float($0 % 7) })
    return SoftmaxWriter(temperature: 0.5, rows: side, columns: side, excluding: [.diagonal])
  }

  /// Statistics and sums agree with the rectangular pass, and are the same bits for any threads.
  @Test(arguments: sizes) func agreesWithTheRectangle(rows: Int) throws {
    let set = try PassInputs.drawn("rows", rows: rows, seed: 1)
    let (reader, writer) = (PassInputs.reader, writer(rows: rows))
    let rectangle = RectanglePass(rows: set, columns: set)
    let expected = try rectangle.read(reader, workers: .one)
    let expectedSums = try rectangle.sums(writer, workers: .one)
    var known: (sums: [Double], matrix: Matrix)?
    for count in [1, 2, 3, 7] {
      let workers = try Workers(count: count)
      let pass = SymmetricPass(set)
      let blocks = try pass.read(reader, workers: workers)
      let matrix = try pass.sums(writer, workers: workers)
      let sums = blocks.flatMap(\.sum)
      let maxima = (blocks.flatMap(\.maximum), expected.flatMap(\.maximum))
      #expect(zip(maxima.0, maxima.1).allSatisfy { abs($0 - $1) <= 1e-6 || $0 == $1 })
      PassInputs.expectClose(sums, expected.flatMap(\.sum))
      PassInputs.expectClose(matrix, expectedSums)
      if let known { #expect(known.sums == sums && known.matrix == matrix) }
      known = (sums, matrix)
    }
  }

  /// Similarities that are kept for the writing pass change no bit, however many there is room for.
  @Test(arguments: sizes) func keptTilesChangeNothing(rows: Int) throws {
    let set = try PassInputs.drawn("rows", rows: rows, seed: 1)
    let (reader, writer) = (PassInputs.reader, writer(rows: rows))
    let pass = SymmetricPass(set)
    let expected = try pass.read(reader, workers: .one).flatMap(\.sum)
    let expectedSums = try pass.sums(writer, workers: .one)
    for (maxBytes, count) in [(0, 2), (1 << 20, 1), (1 << 20, 3), (KeptTiles.maxBytes, 2)] {
      let workers = try Workers(count: count)
      let read = try pass.readKeeping(reader, maxBytes: maxBytes, workers: workers)
      #expect(read.statistics.flatMap(\.sum) == expected)
      #expect(try pass.sums(writer, kept: read.kept, workers: workers) == expectedSums)
    }
    let whole = 4 * (rows + 256) * (rows + 256)
    #expect(KeptTiles.bytes(SymmetricGrid(rows: rows)) <= min(KeptTiles.maxBytes, whole))
  }

  /// An element that is not finite is named wherever it stands.
  @Test(arguments: [0, 300, 1_300]) func namesWhatIsNotFinite(row: Int) throws {
    var values = [Float](repeating: 0.5, count: 1_301 * 3)
    values[3 * row + 1] = .nan
    let pass = SymmetricPass(
      Operand("views", try Matrix(rows: 1_301, columns: 3, values: values)))
    #expect(
      throws: ContrastiveError.nonFinite(argument: "views", row: row, column: 1, found: "nan")
    ) {
      _ = try pass.read(SoftmaxReader(temperature: 1), workers: .all)
    }
  }
}
