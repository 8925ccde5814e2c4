/// Suspected false negatives among the samples of a data set, to be looked up for any batch.
public struct SuspectedPairs: Sendable, Equatable {
  /// One suspicion: `other` probably shows the same thing as `sample`.
  public struct Pair: Sendable, Equatable {
    /// The sample.
    public let sample: Int
    /// The one it should not be pushed away from.
    public let other: Int
    /// How sure it is, 0 … 1.
    public let confidence: Double

    /// A suspicion.
    public init(sample: Int, other: Int, confidence: Double) {
      self.sample = sample
      self.other = other
      self.confidence = confidence
    }
  }

  /// Number of samples.
  package let samples: Int
  /// By ascending sample, then other.
  public let pairs: [Pair]

  /// Suspicions in any order.
  ///
  /// - Parameters:
  ///   - samples: number of samples.
  ///   - pairs: each (sample, other) once; no sample with itself.
  /// - Throws: `ContrastiveError.index`.
  public init(samples: Int, pairs: [Pair]) throws(ContrastiveError) {
    let known = 0..<max(0, samples)
    for (position, pair) in pairs.enumerated() {
      guard known ~= pair.sample, known ~= pair.other, pair.sample != pair.other,
        0...1 ~= pair.confidence
      else {
        throw .index(
          argument: "pairs", position: position,
          found: "\(pair.sample), \(pair.other) of confidence \(pair.confidence)",
          expected: "two samples below \(samples), 0 … 1")
      }
    }
    let order = pairs.indices.sorted {
      (pairs[$0].sample, pairs[$0].other, $0) < (pairs[$1].sample, pairs[$1].other, $1)
    }
    let sorted = order.map { pairs[$0] }
    for (place, (last, pair)) in zip(sorted, sorted.dropFirst()).enumerated()
    where (last.sample, last.other) == (pair.sample, pair.other) {
      throw .index(
        argument: "pairs", position: order[place + 1],
        found: "\(pair.sample), \(pair.other) again", expected: "each pair once")
    }
    self.samples = samples
    self.pairs = sorted
  }

  /// The suspicions of a sample, by ascending other; none for a sample that is not known.
  package subscript(sample: Int) -> ArraySlice<Pair> {
    let start = pairs.partitioningIndex { $0.sample >= sample }
    return pairs[start...].prefix { $0.sample == sample }
  }

  /// The suspicions between the samples of some rows and those of some columns.
  ///
  /// Complexity: O(columns + rows · log suspicions + suspicions of the rows).
  ///
  /// - Parameters:
  ///   - rows: sample of each row.
  ///   - columns: sample of each column; −1 for one that is not known.
  /// - Returns: every pair of positions of which the samples are suspected, by ascending row.
  package func among(rows: [Int], columns: [Int]) -> [PairTerms.Suspect] {
    let places = ColumnsBySample(of: rows.flatMap { self[$0].lazy.map(\.other) }, in: columns)
    return rows.enumerated().flatMap { row, sample in
      self[sample].flatMap { pair in
        places[pair.other].map {
          PairTerms.Suspect(row: row, column: $0, confidence: pair.confidence)
        }
      }
    }
  }
}

/// Where some samples stand among columns.
struct ColumnsBySample {
  private var places: [Int: [Int]] = [:]

  /// Complexity: O(samples + columns).
  init(of samples: [Int], in columns: [Int]) {
    for sample in samples where sample >= 0 { places[sample] = [] }
    // A mark by the low bits spares most columns the look-up.
    var marks = [Bool](repeating: false, count: 1 << 16)
    for sample in places.keys { marks[sample & 0xffff] = true }
    for (column, sample) in columns.enumerated() where sample >= 0 && marks[sample & 0xffff] {
      places[sample]?.append(column)
    }
  }

  /// The columns of a sample, ascending.
  subscript(sample: Int) -> [Int] { places[sample] ?? [] }
}
