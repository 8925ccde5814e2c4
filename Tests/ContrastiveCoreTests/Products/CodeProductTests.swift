import ContrastiveCore
import Testing
import _TestSupport

/// Products of 8-bit codes: the same integers from every instruction set, within certified bounds.
@Suite struct CodeProductTests {
  @Test(arguments: [(1, 1, 1), (7, 35, 3), (40, 70, 129), (13, 33, 512)])
  func integersAreTheSameEverywhere(_ shape: (rows: Int, columns: Int, dimension: Int)) throws {
    let a = try TestData.embeddings(shape.rows, shape.dimension, seed: 1)
    let b = try TestData.embeddings(shape.columns, shape.dimension, seed: 2)
    var first: [Int32]?
    for product in CodeProduct.available {
      let rows = coded(a, product)
      let products = product.multiply(rows, coded(b, product))
      #expect(first ?? products == products, "\(product.name)")
      first = products
      #expect(products.allSatisfy { abs(Int($0)) <= 127 * 127 * shape.dimension })
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

  private func coded(_ matrix: Matrix, _ product: CodeProduct) -> CodedRows {
    let zero = [Float](repeating: 0, count: matrix.columns)
    return matrix.withUnsafeBufferPointer {
      CodedRows(
        SharedReadOnlyMemory($0), rows: 0..<matrix.rows, center: zero, other: zero, for: product,
        workers: .one)
    }
  }
}
