import Contrastive
import Testing
import _Reference
import _TestSupport

/// The audit against its definition in Double, and on sets of which the answer is known.
@Suite struct NegativeAuditTests {
  /// Rows around `groups` directions, and which direction each is of.
  private func blobs(
    _ rows: Int, groups: Int, dimension: Int, noise: Float, seed: UInt64
  ) throws -> (rows: Matrix, labels: [Int]) {
    let centers = try TestData.embeddings(groups, dimension, seed: seed)
    let labels = (0..<rows).map { $0 % groups }
    return (
      try TestData.near(centers.rows(at: labels), noise: noise, seed: seed + 1), labels
    )
  }

  /// Worst errors seen: 2e-7 for similarities, 2e-7 for shares.
  @Test(arguments: [0, 1, 3]) func agreesWithTheDefinition(_ views: Int) throws {
    let (rows, labels) = try blobs(90, groups: 6, dimension: 5, noise: 0.6, seed: 1)
    let support = try (0..<views).map {
      try TestData.near(rows, noise: 0.3, seed: UInt64(20 + $0))
    }
    let audit = try NegativeAudit(
      neighbors: [3, 7], clusters: [6, 12], temperature: 0.2, threshold: 0.6)
    let found = try audit.run(rows, support: support, labels: labels)
    let clusterings = try [6, 12].enumerated().map { index, count in
      try KMeans(metric: .spherical, seed: UInt64(index)).fit(rows, clusters: count).assignments
    }
    let unit = rows.doubles
    let expected = ReferenceAudit(
      unit: unit, support: support.map(\.doubles), k: 7, clusterings: clusterings)
    let candidates = found.candidates
    #expect(candidates.columns.map(Int.init) == expected.candidates.flatMap { $0 })
    #expect(candidates.mutual == expected.mutual.flatMap { $0 })
    for (kind, rows) in [
      (AuditCandidates.Evidence.maximum, expected.maximum), (.mean, expected.mean),
      (.neighbors, expected.neighbors), (.clusters, expected.clusters),
    ] {
      let errors = zip(candidates.values(of: kind), rows.flatMap { $0 }).map {
        abs(Double($0) - $1)
      }
      #expect((errors.max() ?? 1) < 1e-6)
    }
    for (index, clustering) in clusterings.enumerated() {
      let shares = ReferenceAudit.shares(unit: unit, groups: clustering, temperature: 0.2)
      #expect(found.clusterings[index].share.ofNegatives == shares.ofNegatives)
      #expect(
        relativeError(found.clusterings[index].share.ofGradient, shares.ofGradient) < 1e-6)
    }
    let labeled = try #require(found.labeled)
    let shares = ReferenceAudit.shares(unit: unit, groups: labels, temperature: 0.2)
    #expect(labeled.share.ofNegatives == shares.ofNegatives)
    #expect(relativeError(labeled.share.ofGradient, shares.ofGradient) < 1e-6)

    // Every selection, counted anew.
    let same = candidates.columns.enumerated().map { labels[$0 / 7] == labels[Int($1)] }
    let exist = labels.reduce(0) { sum, label in sum + labels.count { $0 == label } - 1 }
    let top = same.enumerated().filter { $0.offset % 7 < 3 }
    #expect(labeled.topK[0].precision == Double(top.count { $0.element }) / 270)
    #expect(
      labeled.topK[0].recall == Double(top.count { $0.element }) / Double(exist))
    let confidence = candidates.values(of: .confidence)
    let suspected = same.indices.filter { confidence[$0] >= 0.6 }
    #expect(found.suspectedCount == suspected.count)
    #expect(
      labeled.suspected.precision
        == Double(suspected.count { same[$0] }) / Double(max(1, suspected.count)))
    let parts = [AuditCandidates.Evidence.similarity, .neighbors, .clusters].map {
      candidates.values(of: $0)
    }
    #expect(
      candidates.values(of: .confidence)
        == same.indices.map { (parts[0][$0] + parts[1][$0] + parts[2][$0]) / 3 })
    #expect(try found.suspects().pairs.count == suspected.count)
  }

  /// Candidates that Float32 cannot tell apart are in the order of Double, with every product.
  @Test(arguments: MatrixProduct.allCases, [0, 2])
  func nearTiesAreDecidedInDouble(_ product: MatrixProduct, _ views: Int) throws {
    let rows = try TestData.nearlyEqual(120, 24, seed: 1)
    let support = try (0..<views).map { try TestData.nearlyEqual(120, 24, seed: UInt64($0 + 1)) }
    let audit = try NegativeAudit(neighbors: [4], clusters: [2])
    let found = try audit.run(rows, support: support, workers: Workers(count: 2).using(product))
    let unit = try rows.normalized().rows
    let compared = try views == 0 ? [unit] : support.map { try $0.normalized().rows }
    for row in 0..<120 {
      let maxima = (0..<120).map { column in
        compared.map { $0.dot(row, with: unit, column) }.max() ?? 0
      }
      let order = (0..<120).filter { $0 != row }
        .sorted { (-maxima[$0], $0) < (-maxima[$1], $1) }
      let places = found.candidates.places(of: row)
      #expect(
        found.candidates.columns[places].map(Int.init) == Array(order.prefix(4)), "\(product)")
    }
  }

  /// The similarity evidence and the curve over all pairs, by counting all pairs.
  @Test func countsEveryPair() throws {
    let (rows, labels) = try blobs(120, groups: 4, dimension: 3, noise: 0.8, seed: 4)
    let found = try NegativeAudit(neighbors: [5], clusters: [4], threshold: 0.5).run(
      rows, labels: labels)
    let clustering = try KMeans(metric: .spherical).fit(rows, clusters: 4).assignments
    var pairs: [(similarity: Double, label: Bool, cluster: Bool)] = []
    for i in 0..<120 {
      for j in 0..<120 where j != i {
        let similarity = zip(rows.row(i), rows.row(j)).reduce(0.0) {
          $0 + Double($1.0) * Double($1.1)
        }
        pairs.append((similarity, labels[i] == labels[j], clustering[i] == clustering[j]))
      }
    }
    // The similarity of a pair is known to its bin, 1/2000: bounds from both of its edges.
    for place in stride(from: 0, to: found.candidates.columns.count, by: 17) {
      let value = Double(found.candidates.values(of: .maximum)[place])
      func share(from edge: Double) -> Double {
        let above = pairs.filter { $0.similarity >= edge }
        return Double(above.count { $0.cluster }) / Double(max(1, above.count))
      }
      let shares = [-5e-4, -2.5e-4, 0, 1e-6].map { share(from: value + $0) }
      let low = (shares.min() ?? 0) - 0.02
      let high = (shares.max() ?? 1) + 0.02
      #expect(low...high ~= Double(found.candidates.values(of: .similarity)[place]))
    }
    let curve = try #require(found.labeled?.cosine)
    let best = try #require(curve.best)
    let above = pairs.filter { $0.similarity >= curve.thresholds[best] }
    let right = above.count { $0.label }
    #expect(abs(curve.precision[best] - Double(right) / Double(above.count)) < 1e-3)
    #expect(abs(curve.recall[best] - Double(right) / Double(pairs.count { $0.label })) < 1e-3)
    #expect(curve.recall.last == 1)
    #expect(curve.precision.last == Double(pairs.count { $0.label }) / Double(pairs.count))
    let scores = curve.thresholds.indices.map(curve.f1)
    #expect(curve.f1(best) == scores.max())
  }

  /// Five well separated groups: everything suspected is right, and the estimate at five clusters
  /// is the truth.
  @Test func knowsSeparatedGroups() throws {
    let (rows, labels) = try blobs(600, groups: 5, dimension: 16, noise: 0.1, seed: 2)
    let found = try NegativeAudit(neighbors: [10], clusters: [5], threshold: 0.5).run(
      rows, labels: labels)
    let labeled = try #require(found.labeled)
    #expect(labeled.suspected.precision == 1)
    #expect(labeled.topK[0].precision == 1)
    #expect(found.estimate == labeled.share)
    #expect(abs(labeled.share.ofNegatives - 119.0 / 599) < 1e-12)
    #expect(labeled.share.ofGradient > 0.99)
    #expect(try #require(labeled.cosine.best.map(labeled.cosine.f1)) == 1)
  }

  /// With nothing to find, little is suspected with confidence, and the truth is said.
  @Test func findsLittleInNoise() throws {
    let rows = try TestData.embeddings(500, 32, seed: 3)
    let labels = (0..<500).map { $0 % 10 }
    let found = try NegativeAudit(neighbors: [10], clusters: [10, 30], threshold: 0.8).run(
      rows, labels: labels)
    #expect(found.suspectedCount < 50)
    #expect(abs(try #require(found.labeled).topK[0].precision - 0.1) < 0.03)
  }

  /// Rows of −1 are candidates and negatives like others; what is compared with labels is what the
  /// pairs of labeled rows say.
  @Test func comparesLabeledPairsAlone() throws {
    let (rows, all) = try blobs(150, groups: 5, dimension: 4, noise: 0.5, seed: 8)
    let labels = all.indices.map { $0 % 7 < 2 ? -1 : all[$0] }
    let known = labels.indices.filter { labels[$0] != -1 }
    let found = try NegativeAudit(neighbors: [6], clusters: [5], temperature: 0.3).run(
      rows, labels: labels)
    let labeled = try #require(found.labeled)
    let shares = ReferenceAudit.shares(
      unit: rows.rows(at: known).doubles, groups: known.map { labels[$0] }, temperature: 0.3)
    #expect(labeled.share.ofNegatives == shares.ofNegatives)
    // Worst seen: 2e-7.
    #expect(relativeError(labeled.share.ofGradient, shares.ofGradient) < 1e-6)
    #expect(labeled.cosine.precision.last == shares.ofNegatives)
    let pairs = found.candidates.columns.enumerated().map { ($0 / 6, Int($1)) }
      .filter { labels[$0] != -1 && labels[$1] != -1 }
    let right = pairs.count { labels[$0] == labels[$1] }
    #expect(labeled.topK[0].precision == Double(right) / Double(pairs.count))
    #expect(labeled.calibration.reduce(0) { $0 + $1.count } == pairs.count)
    // Without labels the audit is the same.
    let plain = try NegativeAudit(neighbors: [6], clusters: [5], temperature: 0.3).run(rows)
    #expect(plain.candidates == found.candidates)
    #expect(plain.suspected == found.suspected)
  }

  @Test func sameBitsForAnyThreads() throws {
    let (rows, labels) = try blobs(1100, groups: 6, dimension: 8, noise: 0.6, seed: 5)
    let support = [try TestData.near(rows, noise: 0.2, seed: 6)]
    let audit = try NegativeAudit(neighbors: [9], clusters: [6])
    let one = try audit.run(rows, support: support, labels: labels, workers: .one)
    for count in [2, 3, 7] {
      let other = try audit.run(
        rows, support: support, labels: labels, workers: Workers(count: count))
      #expect(other.candidates == one.candidates)
      #expect(other.gradientShares == one.gradientShares)
      #expect(other.labeled?.share == one.labeled?.share)
      #expect(other.labeled?.cosine == one.labeled?.cosine)
    }
  }

  @Test func refusesBadInput() throws {
    let rows = try TestData.embeddings(6, 3, seed: 1)
    let audit = try NegativeAudit(neighbors: [2], clusters: [2])
    #expect(
      throws: ContrastiveError.parameter(name: "k", found: "6", expected: "1 … 5, the other rows")
    ) { try NegativeAudit(neighbors: [6], clusters: [2]).run(rows) }
    #expect(
      throws: ContrastiveError.shape(
        argument: "labels", found: "[2]", expected: "[6], one for each row of embeddings")
    ) { try audit.run(rows, labels: [1, 2]) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "labels", found: "-1 for every row", expected: "a label for at least one")
    ) { try audit.run(rows, labels: [Int](repeating: -1, count: 6)) }
    #expect(
      throws: ContrastiveError.shape(
        argument: "support 0", found: "[5 × 3]", expected: "[6 × 3], the shape of embeddings")
    ) { try audit.run(rows, support: [rows.rows(0..<5)]) }
    #expect(
      throws: ContrastiveError.zeroNorm(argument: "support 1", row: 0)
    ) { try audit.run(rows, support: [rows, Matrix(zeros: 6, by: 3)]) }
    #expect(throws: ContrastiveError.empty(argument: "embeddings")) {
      try audit.run(Matrix(zeros: 0, by: 3))
    }
    #expect(
      throws: ContrastiveError.parameter(
        name: "k", found: "[]", expected: "numbers of at least 1")
    ) { try NegativeAudit(neighbors: []) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "clusters", found: "[0]", expected: "numbers of at least 1")
    ) { try NegativeAudit(clusters: [0]) }
    #expect(
      throws: ContrastiveError.parameter(name: "threshold", found: "2.0", expected: "0 … 1")
    ) { try NegativeAudit(threshold: 2) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "temperature", found: "0.0", expected: "a number from 1e-6 to 1e6")
    ) { try NegativeAudit(temperature: 0) }
  }
}
