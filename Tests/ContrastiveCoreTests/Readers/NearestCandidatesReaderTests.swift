import ContrastiveCore
import Testing
import _TestSupport

@Suite struct NearestCandidatesReaderTests {
  /// Points, centroids and their similarities.
  private struct Case {
    let points: Matrix
    let centroids: Matrix
    let similarities: Similarities
    let reader: NearestCandidatesReader

    init(_ points: Matrix, _ centroids: Matrix) {
      func norms(_ matrix: Matrix) -> [Float] {
        (0..<matrix.rows).map { row in matrix.row(row).reduce(0) { $0 + $1 * $1 } }
      }
      self.points = points
      self.centroids = centroids
      similarities = Similarities(
        points.rows, centroids.rows,
        (0..<points.rows).flatMap { row in
          (0..<centroids.rows).map { column in
            zip(points.row(row), centroids.row(column)).reduce(0) { $0 + $1.0 * $1.1 }
          }
        })
      reader = NearestCandidatesReader(
        rowNorms: norms(points), columnNorms: norms(centroids), dimension: points.columns)
    }

    func distance(_ row: Int, _ column: Int) -> Double {
      zip(points.row(row), centroids.row(column)).reduce(0) {
        let difference = Double($1.0) - Double($1.1)
        return $0 + difference * difference
      }
    }

    func nearest(_ row: Int) -> Int {
      (0..<centroids.rows).min { distance(row, $0) < distance(row, $1) } ?? 0
    }
  }

  @Test(arguments: [1, 3, 17, 100]) func theNearestIsAmongThem(_ width: Int) throws {
    let found = Case(
      try TestData.matrix(11, 5, seed: 1), try TestData.matrix(width, 5, seed: 2))
    for cut in Similarities.cuts(width) {
      let statistics = found.similarities.merged(found.reader, runs: cut)
      for row in 0..<11 {
        let candidates = try #require(statistics.candidates(row: row))
        #expect(candidates.contains(UInt32(found.nearest(row))))
        #expect(Array(candidates) == candidates.sorted())
        if candidates.count == 1 {
          #expect(statistics.onlyCandidate(row: row) == found.nearest(row))
        }
        let least = found.distance(row, found.nearest(row))
        #expect(abs(Double(statistics.least[row]) - least) < 1e-5)
        // Nothing far away is kept.
        for column in candidates { #expect(found.distance(row, Int(column)) < least + 1e-4) }
      }
    }
  }

  /// As near as each other: all are kept, and too many are said to be too many.
  @Test(arguments: [2, 8, 9, 20]) func tiesAreAllCandidates(_ copies: Int) throws {
    let one = try TestData.matrix(1, 4, seed: 3)
    let far = try TestData.matrix(1, 4, in: 5..<6, seed: 4)
    let centroids = try Matrix(
      rows: copies + 1, columns: 4,
      values: Array(far.values) + (0..<copies).flatMap { _ in Array(one.values) })
    let found = Case(one, centroids)
    for cut in Similarities.cuts(copies + 1) {
      let statistics = found.similarities.merged(found.reader, runs: cut)
      let candidates = statistics.candidates(row: 0).map { $0.map { Int($0) } }
      #expect(
        candidates == (copies > NearestCandidatesReader.capacity ? nil : Array(1...copies)),
        "\(cut)")
      #expect(statistics.onlyCandidate(row: 0) == nil)
    }
  }
}
