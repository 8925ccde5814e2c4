import Testing

import ContrastiveCore

/// Half precision: the conversions, and passes over columns kept in it.
@Suite struct HalfMatrixTests {
  private func rows(_ rows: Int, _ columns: Int, seed: UInt64) throws -> Matrix {
    var random = CounterRandom(seed: seed)
    return try Matrix(
      rows: rows, columns: columns,
      values: (0..<(rows * columns)).map { _ in random.uniform(-1, 1) })
  }

  #if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
    /// Every one of the 65,536 numbers, by every instruction set.
    @Test func widensExactly() {
      let halves = (0..<65_536).map(UInt16.init)
      for kernels in RowKernels.available {
        var values = [Float](repeating: 0, count: halves.count)
        kernels.widen(halves, count: halves.count, into: &values)
        let wrong = zip(halves, values).count { half, value in
          let expected = Float(Float16(bitPattern: half))
          return expected.isNaN ? !value.isNaN : expected.bitPattern != value.bitPattern
        }
        #expect(wrong == 0, "\(kernels.name)")
      }
    }

    /// Ties, subnormals, the largest number, and 100,000 others.
    @Test func roundsToNearestEven() throws {
      var values: [Float] = [
        0, -0.0, 1, 1.000_488_3, 1.001_464_8, 65_504, 65_519.99, 0x1p-14, 0x1p-24, 0x1p-25,
        0x1.8p-25, 0x1.8p-24, 6.1e-5, -6.1e-5, 1e-10, .leastNonzeroMagnitude,
      ]
      var random = CounterRandom(seed: 2)
      for place in 0..<100_000 {
        values.append(
          random.uniform(-2, 2) * Float(sign: .plus, exponent: place % 40 - 26, significand: 1))
      }
      let half = try HalfMatrix(rounding: Matrix(rows: 1, columns: values.count, values: values))
      let wrong = zip(values, half.widened.values).count {
        Float(Float16($0)).bitPattern != $1.bitPattern
      }
      #expect(wrong == 0)
    }
  #endif

  @Test func refusesWhatHasNoHalf() throws {
    #expect(
      throws: ContrastiveError.tooLarge(
        argument: "embeddings", row: 1, column: 0, found: "65520.0", limit: "65504.0")
    ) { try HalfMatrix(rounding: Matrix(rows: 2, columns: 1, values: [1, 65_520])) }
    #expect(
      throws: ContrastiveError.nonFinite(argument: "x", row: 0, column: 1, found: "nan")
    ) { try HalfMatrix(rounding: Matrix(rows: 1, columns: 2, values: [1, .nan]), argument: "x") }
  }

  /// Columns in half precision are widened exactly, so a pass finds the same bits as over the
  /// widened matrix; nothing but the tile's columns is ever widened.
  @Test(arguments: [(1, 1, 1), (3, 513, 7), (257, 1025, 16), (40, 5000, 33)])
  func passesAsIfWidened(_ count: Int, _ columns: Int, _ dimension: Int) throws {
    let rows = Operand("rows", try rows(count, dimension, seed: 3))
    let half = try HalfMatrix(rounding: self.rows(columns, dimension, seed: 4))
    let workers = try Workers(count: 2)
    let reader = SoftmaxReader(temperature: 0.1)
    let found = try RectanglePass(rows: rows, columns: Operand("columns", half)).readAndSum(
      reader, workers: workers)
    let plain = RectanglePass(rows: rows, columns: Operand("columns", half.widened))
    let expected = try plain.readAndSum(reader, workers: workers)
    #expect(found.sums == expected.sums)
    #expect(found.statistics.map(\.sum) == expected.statistics.map(\.sum))
    let grid = TileGrid(rows: count, columns: columns)
    let packing = 4 * min(2, grid.units) * grid.tileColumns * dimension
    func stated(isHalf: Bool) -> Int {
      RectanglePass.scratchBytes(
        rows: count, columns: columns, dimension: dimension, summing: true, isHalf: isHalf,
        workers: workers)
    }
    #expect(stated(isHalf: true) == stated(isHalf: false) + packing)
  }
}
