import ContrastiveCore
import Testing
import _TestSupport

/// Products of codes: the same integers from every instruction set, within certified bounds.
@Suite struct CodeProductTests {
  @Test(arguments: [
    (1, 1, 1), (7, 35, 3), (31, 65, 63), (40, 70, 64), (33, 31, 65), (64, 64, 127), (40, 70, 129),
    (13, 33, 512),
  ])
  func integersAreTheSameEverywhere(_ shape: (rows: Int, columns: Int, dimension: Int)) throws {
    let a = try TestData.embeddings(shape.rows, shape.dimension, seed: 1)
    let b = try TestData.embeddings(shape.columns, shape.dimension, seed: 2)
    var first: [Int32]?
    for product in CodeProduct.available {
      let products = product.multiply(
        coded(a, product, largestCode: 127), coded(b, product, largestCode: 127))
      #expect(first ?? products == products, "\(product.name)")
      first = products
      #expect(products.allSatisfy { abs(Int($0)) <= 127 * 127 * shape.dimension })
    }
  }

  /// Codes beyond a row's elements count nothing, however its units are rounded up.
  @Test(arguments: [1, 3, 63, 64, 65, 127, 129]) func unitsBeyondTheLastCountNothing(
    _ dimension: Int
  ) throws {
    let rows = try Matrix(
      rows: 2, columns: dimension,
      values: [Float](repeating: 1, count: dimension) + [Float](repeating: -1, count: dimension))
    let square = Int32(127 * 127 * dimension)
    for product in CodeProduct.available {
      let coded = coded(rows, product, largestCode: 127)
      #expect(coded.units == product.units(dimension: dimension))
      #expect(4 * coded.units >= dimension && 4 * coded.units < 2 * dimension + 64)
      #expect(
        product.multiply(coded, coded) == [square, -square, -square, square], "\(product.name)")
    }
  }

  /// What thresholds of rows and columns may be.
  enum Thresholds: CaseIterable {
    case rows, columns, both, all, none, extreme

    func side(_ count: Int, isRows: Bool, random: inout CounterRandom) -> CodeProduct.Side {
      let offsets = (0..<count).map { place -> Float in
        let extremes: [Float] = [1e38, -.infinity, 0, .infinity, -1e30, 3e37]
        return self == .extreme && place % 3 == 0
          ? extremes[place / 3 % extremes.count] : random.uniform(-0.5, 0.5)
      }
      let thresholds = offsets.indices.map { place -> Float in
        switch self {
        case .rows: isRows ? 0.4 : .infinity
        case .columns: isRows ? .infinity : 0.4
        case .both: 0.5 + random.uniform(-0.2, 0.2)
        case .all: -.infinity
        case .none: .infinity
        case .extreme: [0.5, -.infinity, .infinity, 3e38, -3e38, 0][place % 6]
        }
      }
      return CodeProduct.Side(offsets: offsets, thresholds: thresholds)
    }
  }

  /// Equal pairs and values, which are those of the definition.
  @Test(
    arguments: Thresholds.allCases,
    [(1, 1, 1), (33, 31, 3), (70, 300, 63), (385, 65, 65), (40, 70, 129)])
  func pairsAreTheSameEverywhere(
    _ thresholds: Thresholds, _ shape: (rows: Int, columns: Int, dimension: Int)
  ) throws {
    let a = try TestData.embeddings(shape.rows, shape.dimension, seed: 1)
    let b = try TestData.embeddings(shape.columns, shape.dimension, seed: 2)
    var random = CounterRandom(seed: 3)
    let rows = thresholds.side(shape.rows, isRows: true, random: &random)
    let columns = thresholds.side(shape.columns, isRows: false, random: &random)
    var first: [CodeProduct.Pair]?
    for product in CodeProduct.available.reversed() {
      let coded = (coded(a, product, largestCode: 127), coded(b, product, largestCode: 127))
      let found = product.pairs(coded.0, coded.1, rows, columns)
      #expect(first ?? found == found, "\(product.name)")
      if first == nil {
        let integers = product.multiply(coded.0, coded.1)
        #expect(found == pairs(integers, coded.0, coded.1, rows, columns))
      }
      first = found
    }
  }

  /// By the definition, one after the other.
  private func pairs(
    _ integers: [Int32], _ rows: CodedRows, _ columns: CodedRows, _ rowSide: CodeProduct.Side,
    _ columnSide: CodeProduct.Side
  ) -> [CodeProduct.Pair] {
    var found: [CodeProduct.Pair] = []
    for row in 0..<rows.count {
      for column in 0..<columns.count {
        let product = Float(integers[row * columns.count + column]) * columns.scales[column]
        let scaled = product * rows.scales[row]
        let sum = scaled + (rowSide.offsets[row] + columnSide.offsets[column])
        let value = sum.isNaN ? .infinity : sum
        if value >= rowSide.thresholds[row] || value >= columnSide.thresholds[column] {
          found.append(CodeProduct.Pair(row: row, column: column, value: value))
        }
      }
    }
    return found
  }

  /// The largest codes of 16 bits: sums fit into 32 bits, and are exact, whatever the rows.
  @Test(arguments: [1, 2, 3, 64, 1_000, 4_099])
  func largeCodesDoNotOverflow(_ dimension: Int) throws {
    let shapes: [(Int) -> Float] = [
      { _ in 1 }, { _ in -1 }, { $0 % 2 == 0 ? 1 : -1 }, { $0 == 0 ? 1 : 0 },
      { Float($0 % 13) - 6 }, { Float($0 + 1) * 1e-3 }, { $0 == 0 ? 1e8 : 1 },
    ]
    let rows = try Matrix(
      rows: shapes.count, columns: dimension,
      values: shapes.flatMap { shape in (0..<dimension).map { shape($0) } })
    var first: [Int32]?
    for product in CodeProduct.available where ["avx2", "portable"].contains(product.name) {
      let products = product.multiply(coded(rows, product), coded(rows, product))
      #expect(first ?? products == products, "\(product.name)")
      first = products
      // The squares of codes, which are the largest sums: 2,116,000,000 seen.
      for row in 0..<shapes.count {
        let square = products[row * shapes.count + row]
        #expect(square >= 900_000_000 && Int(square) < Int(Int32.max), "row \(row)")
      }
      #expect(products[1] < -900_000_000)
    }
  }

  private func coded(
    _ matrix: Matrix, _ product: CodeProduct, largestCode: Int? = nil
  ) -> CodedRows {
    let zero = [Float](repeating: 0, count: matrix.columns)
    return matrix.withUnsafeBufferPointer {
      CodedRows(
        SharedReadOnlyMemory($0), rows: 0..<matrix.rows, center: zero, other: zero, for: product,
        largestCode: largestCode, workers: .one)
    }
  }
}
