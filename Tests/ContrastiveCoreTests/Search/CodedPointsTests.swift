import ContrastiveCore
import Testing
import _TestSupport

/// The nearest centroids by codes are those by distances in Double.
@Suite struct CodedPointsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let rows, dimension, centroids: Int
    /// Elements are whole numbers of a small range: many equal points and ties.
    var lattice = false
    var factor: Float = 1
    var offset: Float = 0
    var testDescription: String {
      "\(rows)x\(dimension) to \(centroids)\(lattice ? " lattice" : "") · \(factor) + \(offset)"
    }

    /// The first of each so many rows is drawn anew, the second is a little off; 0 leaves all.
    func changed(_ matrix: Matrix, each: Int) throws -> Matrix {
      guard each > 0 else { return matrix }
      let other = try self.matrix(matrix.rows, seed: 3)
      return try Matrix(
        rows: matrix.rows, columns: dimension,
        values: (0..<matrix.rows).flatMap { row in
          (0..<dimension).map { column in
            switch row % each {
            case 0: other[row, column]
            case 1: matrix[row, column] * (column == 0 ? 1.01 : 1)
            default: matrix[row, column]
            }
          }
        })
    }

    func matrix(_ rows: Int, seed: UInt64) throws -> Matrix {
      var random = CounterRandom(seed: seed, stream: UInt64(rows))
      return try Matrix(
        rows: rows, columns: dimension,
        values: (0..<(rows * dimension)).map { _ in
          factor * (lattice ? Float(random.index(below: 3)) : random.uniform(-1, 1)) + offset
        })
    }
  }

  static let cases = [
    Case(rows: 1, dimension: 1, centroids: 1),
    Case(rows: 3, dimension: 5, centroids: 2),
    Case(rows: 383, dimension: 17, centroids: 255),
    Case(rows: 385, dimension: 64, centroids: 257),
    Case(rows: 800, dimension: 31, centroids: 33),
    Case(rows: 700, dimension: 4, centroids: 90, lattice: true),
    Case(rows: 500, dimension: 48, centroids: 300, offset: 1_000),
    Case(rows: 400, dimension: 16, centroids: 40, factor: 1e-30),
    Case(rows: 400, dimension: 16, centroids: 40, factor: 1e17),
    Case(rows: 400, dimension: 16, centroids: 40, factor: 0, offset: 3),
  ]

  @Test(arguments: cases, [false, true])
  func nearestAreThoseInDouble(_ item: Case, guessing: Bool) throws {
    let points = try item.matrix(item.rows, seed: 1)
    let centroids = try item.matrix(item.centroids, seed: 2)
    let expected = nearest(points, centroids)
    for product in CodeProduct.available {
      let first = min(2, item.rows - 1)
      let found = find(
        points, centroids, rows: first..<item.rows, product: product,
        guesses: (0..<item.rows).map { guessing ? UInt32($0 % item.centroids) : .max })
      #expect(found.nearest == expected.nearest.dropFirst(first).map { $0 }, "\(product.name)")
      #expect(found.distances == expected.distances.dropFirst(first).map { $0 }, "\(product.name)")
    }
  }

  /// Bounds leave few pairs of what is far apart: 1.4 % seen with 8 bits, the points' own included.
  @Test func fewAreDecidedInDouble() throws {
    let points = try TestData.embeddings(600, 64, seed: 3)
    let centroids = try TestData.embeddings(300, 64, seed: 4)
    let guesses = nearest(points, centroids).nearest
    for product in CodeProduct.available {
      let found = find(points, centroids, rows: 0..<600, product: product, guesses: guesses)
      #expect(found.decided >= 600 && found.decided < 600 * 300 / 40, "\(product.name)")
    }
  }

  /// After an assignment only centroids that have changed, and points that are farther from
  /// theirs, are looked at again; the result is that of a search from scratch.
  @Test(arguments: cases, [0, 1, 3, 40])
  func nearestAreThoseAfterSomeHaveChanged(_ item: Case, each: Int) throws {
    let points = try item.matrix(item.rows, seed: 1)
    let before = try item.matrix(item.centroids, seed: 2)
    let after = try item.changed(before, each: each)
    let expected = nearest(points, after)
    for product in CodeProduct.available {
      let last = find(
        points, before, rows: 0..<item.rows, product: product,
        guesses: [UInt32](repeating: .max, count: item.rows))
      let found = find(
        points, after, since: before, rows: 0..<item.rows, product: product,
        guesses: last.nearest, distances: last.distances)
      #expect(found.nearest == expected.nearest, "\(product.name)")
      #expect(found.distances == expected.distances, "\(product.name)")
      if each == 0 { #expect(found.decided == 0, "\(product.name)") }
    }
  }

  private func nearest(
    _ points: Matrix, _ centroids: Matrix
  ) -> (nearest: [UInt32], distances: [Double]) {
    let found = (0..<points.rows).map { row in
      (0..<centroids.rows).reduce((UInt32.max, Double.infinity)) { best, column in
        let square = points.withSharedMemory(and: centroids) {
          ClusterKernels.best.squaredDistance(
            $0.base + row * points.columns, $1.base + column * points.columns,
            count: points.columns)
        }
        return square < best.1 ? (UInt32(column), square) : best
      }
    }
    return (found.map(\.0), found.map { $0.1.squareRoot() })
  }

  private func find(
    _ points: Matrix, _ centroids: Matrix, since last: Matrix? = nil, rows: Range<Int>,
    product: CodeProduct, guesses: [UInt32], distances known: [Double] = []
  ) -> (nearest: [UInt32], distances: [Double], decided: Int) {
    var nearest: [UInt32] = []
    var distances: [Double] = []
    var decided = 0
    points.withSharedMemory(and: centroids) { values, columns in
      let coded = CodedPoints(
        values, dimension: points.columns, rows: rows, product: product, workers: .one)
      let scratch = Scratch(count: coded.scratchCount)
      let encoded = coded.encode(centroids, since: last, workers: .one)
      for block in 0..<coded.blocks {
        let span = coded.rows(block: block)
        let count = span.count
        var (own, ownDistances) = (
          [UInt32](repeating: 0, count: count),
          known.isEmpty ? [Double](repeating: 0, count: count) : Array(known[span])
        )
        let looked = coded.findNearest(
          block: block, among: encoded, points: values, values: columns, labels: guesses,
          scratch: scratch.memory.base, nearest: &own, distances: &ownDistances)
        decided += looked.open + looked.known
        nearest += own
        distances += ownDistances
      }
    }
    return (nearest, distances, decided)
  }
}
