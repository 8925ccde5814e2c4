import ContrastiveCore
import ContrastiveKernels
import Testing
import _TestSupport

/// Products of 16-bit codes: the same bits from every instruction set, within certified bounds.
@Suite struct ShortProductTests {
  /// Rows, columns and dimension, around what the kernels take at once.
  static let shapes = [
    (1, 1, 1), (2, 3, 2), (5, 17, 3), (11, 31, 31), (12, 32, 32), (13, 33, 33), (97, 129, 128),
    (24, 513, 100), (30, 40, 511), (7, 9, 513), (26, 530, 600), (15, 63, 63), (16, 64, 64),
    (17, 65, 65), (63, 17, 127), (130, 16, 129), (513, 48, 192), (48, 577, 576),
  ]

  /// The widest instruction set comes first; what there is none of is not there.
  @Test func theFastestIsFirst() {
    let names = ShortProduct.available.map(\.name)
    let all = ["amx", "avx512vnni", "avxvnni", "avx2", "portable"]
    #expect(names == all.filter { contrastive_short_product_named($0) != nil })
    #expect(ShortProduct.best.name == names.first && names.last == "portable")
    #expect(contrastive_short_product_named("avx") == nil)
  }

  @Test(arguments: shapes) func agrees(_ shape: (Int, Int, Int)) throws {
    let (rows, columns, dimension) = shape
    try check(
      TestData.embeddings(rows, dimension, seed: 1),
      TestData.embeddings(columns, dimension, seed: 2))
  }

  /// Rows for which a sum of 32 bits is nearest to its end, or a code to its own.
  @Test(arguments: [1, 2, 3, 127, 600]) func nothingOverflows(_ dimension: Int) throws {
    let kinds: [(Int) -> Float] = [
      { _ in 1 }, { _ in -1 }, { $0 == 0 ? 1 : 0 }, { $0 == 0 ? 1 : 1e-5 },
      { $0.isMultiple(of: 2) ? 1 : -1 }, { _ in 0 }, { 3e17 / Float(1 + $0 % 7) },
      { _ in 1e-33 }, { _ in 1e-12 },
    ]
    let rows = try Matrix(
      rows: kinds.count, columns: dimension,
      values: kinds.flatMap { kind in (0..<dimension).map(kind) })
    for row in 0..<kinds.count {
      // A row by itself, then all of them.
      try check(rows.rows(row..<(row + 1)), rows.rows(row..<(row + 1)))
    }
    try check(rows, rows)
  }

  @Test func faultsAreNamed() throws {
    var values = [Float](repeating: 1, count: 6)
    values[4] = .nan
    let rows = Operand("bank", try Matrix(rows: 3, columns: 2, values: values))
    #expect(
      throws: ContrastiveError.nonFinite(argument: "bank", row: 2, column: 0, found: "nan")
    ) { try rows.encoded(workers: .one) }
  }

  /// Compares with Double, and the instruction sets with each other.
  private func check(_ a: Matrix, _ b: Matrix) throws {
    var first: [[UInt32]]?
    for product in ShortProduct.available {
      let rows = try ShortRows(Operand("rows", a), product: product, workers: .one)
      let columns = try ShortRows(Operand("columns", b), product: product, workers: .one)
      let found = similarities(rows, a.rows, columns, b.rows)
      expectSimilarities(found, a, b, rows.errors(among: columns), product.name)
      // Coefficients from one that outweighs the rest to all the same.
      let coefficients = (0..<(a.rows * b.rows)).map { place in
        place.isMultiple(of: 7) ? Float(0) : 1 / Float(1 + place % 5 * (place % 3) * place)
      }
      let ofRows = sums(coefficients, a.rows, columns, b)
      expectSums(ofRows, coefficients, a.rows, b, columns.sumError, product.name)
      let even = [Float](repeating: 0.5, count: a.rows * b.rows)
      let ofColumns = transposedSums(even, rows, a, b.rows)
      expectSums(ofColumns, even, b.rows, a, rows.sumError, "\(product.name), transposed")
      let all = [found, ofRows, ofColumns].map { $0.map { $0.bitPattern } }
      #expect((first ?? all) == all)
      first = all
    }
  }

  private func similarities(
    _ rows: ShortRows, _ count: Int, _ columns: ShortRows, _ width: Int
  ) -> [Float] {
    tile(count, width, [Float](repeating: .nan, count: count * width)) {
      rows.similarities(of: $0, with: columns)
    }.values
  }

  private func sums(
    _ coefficients: [Float], _ count: Int, _ columns: ShortRows, _ b: Matrix
  ) -> [Float] {
    tile(count, b.rows, coefficients, sums: count * b.columns) {
      columns.accumulate($0, into: $1, adding: false)
    }.sums
  }

  private func transposedSums(
    _ coefficients: [Float], _ rows: ShortRows, _ a: Matrix, _ width: Int
  ) -> [Float] {
    tile(a.rows, width, coefficients, sums: width * a.columns) {
      rows.accumulateTransposed($0, into: $1)
    }.sums
  }

  private func tile(
    _ rows: Int, _ columns: Int, _ values: [Float], _ body: (Tile) -> Void
  ) -> (values: [Float], sums: [Float]) {
    tile(rows, columns, values, sums: 0) { tile, _ in body(tile) }
  }

  private func tile(
    _ rows: Int, _ columns: Int, _ values: [Float], sums count: Int,
    _ body: (Tile, UnsafeMutablePointer<Float>) -> Void
  ) -> (values: [Float], sums: [Float]) {
    var (values, sums) = (values, [Float](repeating: 0, count: count))
    values.withMutableSharedMemory { values in
      sums.withMutableSharedMemory { sums in
        let tile = Tile(
          rows: 0..<rows, columns: 0..<columns, values: values.base, stride: columns)
        body(tile, sums.base)
      }
    }
    return (values, sums)
  }

  private func expectSimilarities(
    _ found: [Float], _ a: Matrix, _ b: Matrix, _ errors: [Double], _ name: String
  ) {
    for row in 0..<a.rows {
      for column in 0..<b.rows {
        let exact = zip(a.row(row), b.row(column)).reduce(0.0) {
          $0 + Double($1.0) * Double($1.1)
        }
        let error = abs(Double(found[row * b.rows + column]) - exact)
        #expect(error <= errors[row] + 1e-38, "\(name): row \(row), column \(column)")
      }
    }
  }

  /// Σ coefficient · row of `b` for each of `count` rows, which `transposed` coefficients give.
  private func expectSums(
    _ found: [Float], _ coefficients: [Float], _ count: Int, _ b: Matrix, _ bound: Double,
    _ name: String
  ) {
    for row in 0..<count {
      let own = (0..<b.rows).map { Double(coefficients[row * b.rows + $0]) }
      let mass = own.reduce(0) { $0 + abs($1) }
      for place in 0..<b.columns {
        let exact = (0..<b.rows).reduce(0.0) { $0 + own[$1] * Double(b[$1, place]) }
        let error = abs(Double(found[row * b.columns + place]) - exact)
        #expect(error <= mass * bound + 1e-30, "\(name): row \(row), element \(place)")
      }
    }
  }
}
