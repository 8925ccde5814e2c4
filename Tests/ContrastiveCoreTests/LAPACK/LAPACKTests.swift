import ContrastiveCore
import Testing
import _TestSupport

/// Decompositions, put together again.
@Suite struct LAPACKTests {
  private func random(_ count: Int, seed: UInt64) -> [Double] {
    TestData.numbers(count, seed: seed).map(Double.init)
  }

  /// Aᵀ A of a random [n + 3 × n].
  private func gram(_ size: Int, seed: UInt64) -> [Double] {
    let a = random((size + 3) * size, seed: seed)
    var result = [Double](repeating: 0, count: size * size)
    for i in 0..<size {
      for j in 0..<size {
        for row in 0..<(size + 3) { result[i * size + j] += a[row * size + i] * a[row * size + j] }
      }
    }
    return result
  }

  @Test(arguments: [1, 2, 7, 40]) func eigenvectorsRebuildTheMatrix(_ size: Int) throws {
    let matrix = gram(size, seed: 1)
    var upper = matrix
    for i in 0..<size { for j in 0..<i { upper[i * size + j] = .nan } }
    let (values, vectors) = try LAPACK.symmetricEigen(upper, size: size)
    #expect(values == values.sorted(by: >))
    var worst = 0.0
    for i in 0..<size {
      for j in 0..<size {
        var sum = 0.0
        for k in 0..<size { sum += values[k] * vectors[k * size + i] * vectors[k * size + j] }
        worst = max(worst, abs(sum - matrix[i * size + j]))
      }
      let own = vectors[(i * size)..<((i + 1) * size)]
      #expect((own.max { abs($0) < abs($1) } ?? 0) > 0)
    }
    #expect(worst < 1e-12)  // 3.2e-14
  }

  /// Rows in pieces, each folded into the triangle so far.
  @Test(arguments: [(1, 1), (3, 5), (5, 3), (40, 6)])
  func triangleKeepsTheSingularValues(_ rows: Int, _ columns: Int) throws {
    let matrix = random(rows * columns, seed: 2)
    let wanted = try LAPACK.singularValues(of: matrix, rows: rows, columns: columns)
    #expect(wanted.count == min(rows, columns))
    var triangle: [Double] = []
    for row in 0..<rows {
      triangle += matrix[(row * columns)..<((row + 1) * columns)]
      try LAPACK.reduceToTriangle(&triangle, columns: columns)
      #expect(triangle.count == min(row + 1, columns) * columns)
    }
    let found = try LAPACK.singularValues(
      of: triangle, rows: triangle.count / columns, columns: columns)
    for (a, b) in zip(found, wanted) { #expect(abs(a - b) < 1e-13 * wanted[0]) }  // 8.1e-16
  }

  @Test func choleskySolves() throws {
    let size = 9
    var matrix = gram(size, seed: 3)
    let rightSides = random(2 * size, seed: 4)
    let solution = try #require(
      try LAPACK.solvePositiveDefinite(matrix, size: size, rightSides: rightSides))
    for side in 0..<2 {
      for i in 0..<size {
        var sum = 0.0
        for j in 0..<size { sum += matrix[i * size + j] * solution[side * size + j] }
        #expect(abs(sum - rightSides[side * size + i]) < 1e-12)  // 8.9e-16
      }
    }
    matrix[0] = -1
    #expect(
      try LAPACK.solvePositiveDefinite(matrix, size: size, rightSides: rightSides) == nil)
  }

  @Test func sumsAreTheSameForAnyWorkers() throws {
    let rows = 5 * Matrix.rowsPerPiece + 7
    let matrix = try Matrix(
      rows: rows, columns: 3, values: random(rows * 3, seed: 5).map(Float.init))
    let sums = try [1, 2, 3, 7].map { count in
      try matrix.sumOfPieces(width: 3, workers: try Workers(count: count)) { rows, values, sums in
        for row in 0..<rows.count {
          for column in 0..<3 { sums[column] += values[row * 3 + column] }
        }
      }
    }
    for other in sums { #expect(other == sums[0]) }
    let first = matrix.values.enumerated().reduce(0.0) {
      $1.offset % 3 == 0 ? $0 + Double($1.element) : $0
    }
    #expect(abs(sums[0][0] - first) < 1e-10)
  }
}
