import Contrastive
import _Reference

/// A choice of negatives as the library and as the definition take it.
struct NegativeChoice: Sendable, CustomStringConvertible {
  let description: String
  /// How the loss of InfoNCE's shape is changed; nil for parts that are not in it.
  var pairs: [PairTerms.Pair] = []
  var falseNegatives: FalseNegativeTreatment.Mode?
  var ring: (inner: Double, outer: Double)?
  var samplesRing = false
  /// Draws of a row from its ring, some of them twice.
  var draws: @Sendable (_ row: Int) -> [Int] = { row in (0..<5).map { (row + $0 * $0) % 3 } }
  var mixes = 0
  var hardness: HardNegativeWeights?

  /// The search that all choices share.
  static let topK = 3

  /// Every product of the parts.
  static func all() throws -> [NegativeChoice] {
    var choices: [NegativeChoice] = []
    let weights: [HardNegativeWeights?] = try [
      nil, HardNegativeWeights(beta: 1, tauPlus: 0.1), HardNegativeWeights(beta: 0, tauPlus: 0.2),
      // With priors of 0.01 to 0.03 some row's weight is the difference of sums a hundred times as
      // large: one rounding of a similarity is then 1e-4 of a gradient.
      HardNegativeWeights(beta: 2, tauPlus: 0.05, detached: true),
    ]
    for paired in [false, true] {
      for mode in [nil, .exclude, .attract] as [FalseNegativeTreatment.Mode?] {
        for (ring, samples) in [(nil, false), ((0.1, 0.8), true), ((0.1, 0.8), false)]
          as [((Double, Double)?, Bool)]
        {
          for mixes in [0, 3] {
            for hardness in weights {
              let parts = [
                paired ? "pairs" : nil, mode.map { "false negatives \($0)" },
                ring.map { _ in samples ? "draws from a ring" : "ring" },
                mixes > 0 ? "mixing" : nil,
                hardness.map { "hardness \($0.beta) \($0.tauPlus) \($0.detached)" },
              ]
              choices.append(
                NegativeChoice(
                  description: parts.compactMap(\.self).joined(separator: ", "),
                  pairs: paired ? pairs(withTargets: hardness == nil) : [], falseNegatives: mode,
                  ring: ring.map { (inner: $0.0, outer: $0.1) }, samplesRing: samples,
                  mixes: mixes,
                  hardness: hardness))
            }
          }
        }
      }
    }
    return choices
  }

  /// Columns 10 and up, which are negatives of rows 0 to 2 in every objective of the table.
  private static func pairs(withTargets: Bool) -> [PairTerms.Pair] {
    [
      .init(row: 0, column: 15), .init(row: 1, column: 16, weight: 0.5),
      .init(row: 1, column: 15, weight: 2.5),
      withTargets
        ? .init(row: 2, column: 15, weight: 1.5, target: 0.3)
        : .init(row: 2, column: 15, weight: 1, target: 0.5),
    ]
  }
}

extension NegativeChoice {
  /// For the library, of a term with so many rows and columns.
  func negatives(
    rows: Int, columns: Int, support: Matrix? = nil
  ) throws -> Negatives {
    let mixing: Mixing? =
      mixes > 0 ? .given(try NegativeMixes.drawn(mixes, rows: rows, columns: columns)) : nil
    return try Negatives(
      pairs: pairs.isEmpty ? nil : PairTerms(rows: rows, columns: columns, pairs: pairs),
      falseNegatives: falseNegatives.map {
        try FalseNegativeTreatment(
          FalseNegatives(topK: Self.topK, threshold: nil), mode: $0, support: support)
      },
      ring: ring.map {
        try Ring(
          outer: $0.outer, inner: $0.inner, innerMode: .static,
          sample: sample(rows: rows))
      },
      mixing: mixing, hardness: hardness)
  }

  /// What is drawn from the ring.
  func sample(rows: Int) -> RingSample? {
    samplesRing ? .given((0..<rows).flatMap(draws)) : nil
  }

  /// For the definition, of the same term.
  func reference(_ term: ReferenceTerm, support: Rows? = nil) throws -> ReferenceNegatives {
    var found = ReferenceNegatives()
    found.pairs = pairs.map { ($0.row, $0.column, $0.weight, $0.target) }
    found.falseNegatives = falseNegatives.map {
      (Self.topK, nil, false, $0 == .attract, support)
    }
    found.ring = ring
    if samplesRing { found.ringDraws = term.anchors.indices.map(draws) }
    if mixes > 0 {
      let drawn = try NegativeMixes.drawn(
        mixes, rows: term.anchors.count, columns: term.columns.count)
      found.mixes = term.anchors.indices.map { row in
        (0..<mixes).flatMap { mix -> Rows in
          let place = row * mixes + mix
          return [
            unit(
              term.columns[drawn.pairs[2 * place]], term.columns[drawn.pairs[2 * place + 1]],
              Double(drawn.pairWeights[row, mix])),
            unit(
              term.anchors[row], term.columns[drawn.queryPairs[place]],
              Double(drawn.queryWeights[row, mix])),
          ]
        }
      }
    }
    found.hardness = hardness.map { ($0.beta, $0.tauPlus, $0.detached) }
    return found
  }

  private func unit(_ a: [Double], _ b: [Double], _ share: Double) -> [Double] {
    let mix = zip(a, b).map { share * $0 + (1 - share) * $1 }
    let norm = dot(mix, mix).squareRoot()
    return mix.map { $0 / norm }
  }
}

extension NegativeMixes {
  /// As many pair mixes as mixes with the query.
  static func drawn(_ mixes: Int, rows: Int, columns: Int) throws -> NegativeMixes {
    var random = CounterRandom(seed: 77, UInt64(rows), UInt64(columns))
    func indices(_ count: Int) -> [Int] { (0..<count).map { _ in random.index(below: columns) } }
    func shares(_ largest: Float) throws -> Matrix {
      try Matrix(
        rows: rows, columns: mixes,
        values: (0..<(rows * mixes)).map { _ in random.uniform(0, largest) })
    }
    return try NegativeMixes(
      pairs: indices(2 * rows * mixes), pairWeights: shares(1), queryPairs: indices(rows * mixes),
      queryWeights: shares(0.5))
  }
}
