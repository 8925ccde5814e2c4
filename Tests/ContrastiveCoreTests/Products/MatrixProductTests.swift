import ContrastiveCore
import Testing

/// The matrix products in Float32 against plain loops, and the choice between them.
@Suite struct MatrixProductTests {
  static let shapes = [
    (1, 1, 1), (5, 3, 2), (6, 16, 8), (13, 33, 127), (25, 70, 256), (31, 513, 257), (64, 48, 600),
  ]

  /// Every instruction set, both orientations of both operands, and sums onto what is there.
  @Test(arguments: shapes) func multipliesAsLoopsDo(_ shape: (rows: Int, columns: Int, depth: Int))
    throws
  {
    let (rows, columns, depth) = shape
    var random = CounterRandom(seed: 3)
    let a = (0..<(rows * depth)).map { _ in random.uniform(-1, 1) }
    let b = (0..<(depth * columns)).map { _ in random.uniform(-1, 1) }
    let expected = (0..<(rows * columns)).map { place in
      let (row, column) = place.quotientAndRemainder(dividingBy: columns)
      return (0..<depth).reduce(0.0) {
        $0 + Double(a[row * depth + $1]) * Double(b[$1 * columns + column])
      }
    }
    let (aTurned, bTurned) = (turned(a, rows, depth), turned(b, depth, columns))
    for product in PackedProduct.available + PackedProduct.availableSplit {
      var first: [Float]?
      for (left, right) in [
        (BLAS.Operation.plain, BLAS.Operation.plain), (.plain, .transposed), (.transposed, .plain),
        (.transposed, .transposed),
      ] {
        var c = [Float](repeating: .nan, count: rows * columns)
        func multiply(adding: Bool) {
          product.gemm(
            left, right, rows: rows, columns: columns, depth: depth,
            left == .plain ? a : aTurned, stride: left == .plain ? depth : rows,
            right == .plain ? b : bTurned, stride: right == .plain ? columns : depth,
            adding: adding, into: &c, stride: columns)
        }
        multiply(adding: false)
        // Worst seen: 1.9e-5 at a depth of 257, twice as much of two sums.
        #expect(zip(c, expected).allSatisfy { abs(Double($0) - $1) < 4e-5 }, "\(product.name)")
        // The bits depend on the operands alone, not on how they are stored.
        #expect(first ?? c == c, "\(product.name)")
        first = c
        multiply(adding: true)
        #expect(zip(c, expected).allSatisfy { abs(Double($0) - 2 * $1) < 8e-5 })
      }
    }
  }

  /// Columns beyond the product's own, and rows between strides, stay as they are.
  @Test func staysInsideItsStride() {
    let a = [Float](repeating: 1, count: 7 * 5)
    let b = [Float](repeating: 1, count: 5 * 19)
    for product in PackedProduct.available + PackedProduct.availableSplit {
      var c = [Float](repeating: -3, count: 7 * 23)
      product.gemm(
        .plain, .plain, rows: 7, columns: 19, depth: 5, a, stride: 5, b, stride: 19, adding: false,
        into: &c, stride: 23)
      #expect(c.indices.allSatisfy { c[$0] == ($0 % 23 < 19 ? 5 : -3) }, "\(product.name)")
    }
  }

  /// An element's bits do not depend on where it stands in a call, or on the call's shape.
  @Test(arguments: [MatrixProduct.packed, .bf16x6])
  func bitsDoNotDependOnTheTile(_ product: MatrixProduct) throws {
    let rows = try Matrix(
      rows: 40, columns: 300, values: (0..<12_000).map { Float(($0 * 37) % 101) / 97 - 0.5 })
    func products(_ rowRange: Range<Int>, _ columnRange: Range<Int>) -> [[Float]] {
      var c = [Float](repeating: 0, count: rowRange.count * columnRange.count)
      rows.withUnsafeBufferPointer { values in
        guard let base = values.baseAddress else { return }
        product.gemm(
          .plain, .transposed, rows: rowRange.count, columns: columnRange.count, depth: 300,
          base + rowRange.lowerBound * 300, stride: 300,
          base + columnRange.lowerBound * 300, stride: 300, into: &c, stride: columnRange.count)
      }
      return rowRange.indices.map { place in
        let start = (place - rowRange.lowerBound) * columnRange.count
        return Array(c[start..<(start + columnRange.count)])
      }
    }
    let all = products(0..<40, 0..<40)
    for (rowRange, columnRange) in [(0..<1, 0..<1), (3..<17, 5..<38), (39..<40, 1..<40)] {
      let part = products(rowRange, columnRange)
      for row in rowRange {
        #expect(part[row - rowRange.lowerBound] == Array(all[row][columnRange]))
      }
    }
  }

  @Test func checksAll() throws {
    for product in MatrixProduct.allCases { try product.selfCheck() }
  }

  /// Facts decide: the vectors there are kernels for, and how these were compiled.
  @Test func choiceFollowsFromFacts() {
    func choice(_ vectors: String, _ hasAMX: Bool, _ isOptimized: Bool) -> MatrixProduct {
      .choice(vectors: vectors, hasAMX: hasAMX, isOptimized: isOptimized)
    }
    #expect(choice("avx512", true, true) == .bf16x6)
    #expect(choice("avx512", false, true) == .packed)
    #expect(choice("avx2", false, true) == .packed)
    #expect(choice("avx512", true, false) == .blas)
    #expect(choice("avx2", false, false) == .blas)
    #expect(choice("portable", false, true) == .blas)
  }

  @Test func workersKeepTheirProduct() throws {
    let two = try Workers(count: 2)
    #expect(two.product == .automatic)
    #expect(two.using(.blas).product == .blas)
    #expect(two.using(.packed).reporting { _ in true }.product == .packed)
  }

  /// Every product, one thread and three: the same bits of each, and all within rounding.
  ///
  /// Few rows are in small tiles, which the packed product multiplies where others go by parts.
  @Test(arguments: [(rows: 700, kinds: 2), (rows: 4_100, kinds: 3)])
  func passesGiveTheSameBitsForAnyThreads(_ rows: Int, _ kinds: Int) throws {
    let matrix = try Matrix(
      rows: rows, columns: 8, values: (0..<(8 * rows)).map { Float(($0 * 31) % 103) / 99 - 0.5 })
    var sums: [[Float]] = []
    for product in MatrixProduct.allCases {
      var first: [Float]?
      for threads in [1, 3] {
        let workers = try Workers(count: threads).using(product)
        let pass = SymmetricPass(Operand("rows", matrix))
        let found = try pass.sums(Identity(), workers: workers)
        let values = found.withUnsafeBufferPointer(Array.init)
        #expect(first ?? values == values, "\(product)")
        first = values
      }
      sums.append(first ?? [])
    }
    #expect(Set(sums).count == kinds)
    for others in sums.dropFirst() {
      // Worst seen: 2.1e-4 of sums of 1e3.
      #expect(zip(sums[0], others).allSatisfy { abs($0 - $1) < 2e-3 })
    }
  }

  @Test func smallTilesAreNotSplit() {
    #expect(MatrixProduct.bf16x6.forTiles(rows: 128, columns: 384) == .bf16x6)
    #expect(MatrixProduct.bf16x6.forTiles(rows: 127, columns: 384) == .packed)
    #expect(MatrixProduct.bf16x6.forTiles(rows: 512, columns: 127) == .packed)
    #expect(MatrixProduct.blas.forTiles(rows: 12, columns: 12) == .blas)
  }

  private struct Identity: TileWriter {
    func write(_ tile: Tile) {}
  }

  private func turned(_ values: [Float], _ rows: Int, _ columns: Int) -> [Float] {
    (0..<(rows * columns)).map { values[($0 % rows) * columns + $0 / rows] }
  }
}
