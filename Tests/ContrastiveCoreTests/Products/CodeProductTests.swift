import ContrastiveCore
import Testing
import _TestSupport

/// Products of codes: the same integers from every instruction set, within certified bounds.
@Suite struct CodeProductTests {
  @Test(arguments: [(1, 1, 1), (7, 35, 3), (40, 70, 129), (13, 33, 512)])
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

  /// Sums of products in Double: equal bits, and those of plain loops where sums are exact.
  @Test(arguments: [0, 1, 15, 16, 33, 384]) func dotsAreTheSameEverywhere(_ count: Int) throws {
    let a = try TestData.embeddings(1, max(1, count), seed: 3)
    let b = try TestData.embeddings(1, max(1, count), seed: 4)
    let found = CodeProduct.available.map { product in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          product.dot(
            a.baseAddress.unsafelyUnwrapped, b.baseAddress.unsafelyUnwrapped, count: count)
        }
      }
    }
    #expect(Set(found.map(\.bitPattern)).count == 1)
    let plain = zip(a.values, b.values).prefix(count).reduce(0.0) {
      $0 + Double($1.0) * Double($1.1)
    }
    #expect(abs((found.first ?? 0) - plain) <= 1e-15)
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
