/// How well clusters agree with labels.
///
/// With n points, cluster sizes a, label sizes b and common points n_ij,
/// ```
/// purity = Σ_i max_j n_ij / n
/// accuracy = max over one-to-one matchings of clusters and labels of Σ n_ij / n
/// MI     = Σ_ij n_ij/n · log( n · n_ij / (a_i b_j) )
/// NMI    = MI / ((H(a) + H(b)) / 2)
/// AMI    = (MI − E[MI]) / ((H(a) + H(b)) / 2 − E[MI])      E over random tables of these sizes
/// ARI    = (pairs in both − expected) / (mean pairs − expected)
/// ```
/// The accuracy is that of clusters as predictions of labels (Hungarian method). Purity and NMI
/// grow with the number of clusters by chance alone; AMI and ARI are 0 on average for chance.
/// Points without a label or a cluster (−1) are excluded. Two partitions that are each a single
/// class, or each of single points, agree fully: all five are then 1.
///
/// Sources: Vinh, Epps and Bailey, "Information theoretic measures for clusterings comparison",
/// JMLR 2010 (AMI, arithmetic mean); Hubert and Arabie, "Comparing partitions", 1985 (ARI).
public struct ClusterAgreement: Sendable, Equatable {
  /// Share of points whose label is their cluster's most frequent one.
  public let purity: Double
  /// Share of points whose cluster is matched with their label in the best one-to-one matching; nil
  /// with more than 3,000 clusters and labels.
  public let accuracy: Double?
  /// Normalized mutual information, 0 … 1.
  public let nmi: Double
  /// Adjusted mutual information, at most 1.
  public let ami: Double
  /// Adjusted Rand index, at most 1.
  public let ari: Double

  /// The agreement of two partitions.
  ///
  /// Complexity: O(n log n), for the accuracy O(smaller² · larger) of the numbers of clusters and
  /// labels, and for the AMI's expectation O(clusters · labels) sums of as many terms as the
  /// smaller of the two has points.
  ///
  /// - Parameters:
  ///   - clusters: the cluster of each point, −1 for none.
  ///   - labels: the label of each point, −1 for none.
  /// - Throws: `ContrastiveError`: `.empty`, `.shape`, `.parameter` when no point has both.
  public init(clusters: [Int], labels: [Int]) throws(ContrastiveError) {
    self.init(try Contingency(clusters: clusters, labels: labels))
  }

  /// The agreement of a table of counts, such as one read elsewhere.
  ///
  /// - Parameter table: a row for each cluster, a column for each label, counts of 0 or more; no
  ///   row and no column may be all zeros.
  /// - Throws: `ContrastiveError`: `.empty`, `.shape` for rows of different lengths, `.parameter`
  ///   for a negative count or an empty row or column.
  package init(table: [[Int]]) throws(ContrastiveError) {
    self.init(try Contingency(table: table))
  }

  /// The agreement of counts.
  package init(_ table: Contingency) {
    let n = Double(table.points)
    var best = [Int](repeating: 0, count: table.clusters.count)
    for cell in table.cells { best[cell.cluster] = max(best[cell.cluster], cell.count) }
    purity = Double(best.reduce(0, +)) / n
    accuracy = ClusterMatching(table).map { Double($0.common) / n }

    let isTrivial =
      table.clusters.count == table.labels.count
      && (table.clusters.count == 1 || Int(table.clusters.count) == table.points)
    let information = max(0, Self.mutualInformation(table, n))
    let mean = (Self.entropy(table.clusterSizes, n) + Self.entropy(table.labelSizes, n)) / 2
    nmi = isTrivial ? 1 : mean > 0 ? min(1, information / mean) : 0
    ami = isTrivial ? 1 : Self.adjusted(information, mean, table)
    ari = isTrivial ? 1 : Self.adjustedRand(table, n)
  }

  private static func mutualInformation(_ table: Contingency, _ n: Double) -> Double {
    table.cells.reduce(0) { sum, cell in
      let count = Double(cell.count)
      let expected =
        Double(table.clusterSizes[cell.cluster]) * Double(table.labelSizes[cell.label]) / n
      return sum + count / n * logarithm(count / expected)
    }
  }

  private static func entropy(_ sizes: [Int], _ n: Double) -> Double {
    sizes.reduce(0) { $0 - Double($1) / n * logarithm(Double($1) / n) }
  }

  private static func adjusted(
    _ information: Double, _ mean: Double, _ table: Contingency
  ) -> Double {
    let expected = ExpectedInformation(table).value
    let room = mean - expected
    // No table of these sizes tells more than chance.
    guard abs(room) > 1e-15 * max(1, mean) else { return 0 }
    return (information - expected) / room
  }

  private static func adjustedRand(_ table: Contingency, _ n: Double) -> Double {
    func pairs(_ count: Int) -> Double { Double(count) * (Double(count) - 1) / 2 }
    let both = table.cells.reduce(0) { $0 + pairs($1.count) }
    let inClusters = table.clusterSizes.reduce(0) { $0 + pairs($1) }
    let inLabels = table.labelSizes.reduce(0) { $0 + pairs($1) }
    let expected = inClusters / (n * (n - 1) / 2) * inLabels
    let mean = (inClusters + inLabels) / 2
    guard mean != expected else { return 0 }
    return (both - expected) / (mean - expected)
  }
}

/// The mean mutual information of all tables with given sizes of clusters and labels.
///
/// ```
/// Σ_ij Σ_m m/n · log( n m / (a_i b_j) ) · P(m)
///     P hypergeometric, m from max(1, a + b − n) to min(a, b)
/// ```
/// Probabilities follow from each other by their ratio, which needs one logarithm of factorials for
/// each pair of sizes.
private struct ExpectedInformation {
  let value: Double

  init(_ table: Contingency) {
    let n = table.points
    let rows = Self.multiplicities(table.clusterSizes)
    let columns = Self.multiplicities(table.labelSizes)
    var total = 0.0
    for (a, clusters) in rows {
      for (b, labels) in columns {
        total += Double(clusters * labels) * Self.term(a, b, n)
      }
    }
    value = total
  }

  /// Each size once, with how often it occurs.
  private static func multiplicities(_ sizes: [Int]) -> [(size: Int, count: Int)] {
    Dictionary(sizes.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
      .map { ($0.key, $0.value) }
  }

  private static func term(_ a: Int, _ b: Int, _ n: Int) -> Double {
    let (first, last) = (max(1, a + b - n), min(a, b))
    guard first <= last else { return 0 }
    func factorial(_ count: Int) -> Double { logarithmOfFactorial(Int64(count)) }
    let fixed =
      factorial(a) + factorial(b) + factorial(n - a) + factorial(n - b) - factorial(n)
    func probability(_ m: Int) -> Double {
      exponential(
        fixed - factorial(m) - factorial(a - m) - factorial(b - m) - factorial(n - a - b + m))
    }
    let scale = logarithm(Double(n)) - logarithm(Double(a)) - logarithm(Double(b))
    var sum = 0.0
    // From the mode outwards, where nothing underflows before it no longer counts.
    let mode = min(max(first, Int(Double(a + 1) * Double(b + 1) / Double(n + 2))), last)
    let top = probability(mode)
    var p = top
    for m in mode...last {
      sum += Double(m) / Double(n) * (scale + logarithm(Double(m))) * p
      p *= Double(a - m) * Double(b - m) / (Double(m + 1) * Double(n - a - b + m + 1))
      if p < 1e-300 { break }
    }
    p = top
    var m = mode
    while m > first {
      p *= Double(m) * Double(n - a - b + m) / (Double(a - m + 1) * Double(b - m + 1))
      if p < 1e-300 { break }
      m -= 1
      sum += Double(m) / Double(n) * (scale + logarithm(Double(m))) * p
    }
    return sum
  }
}
