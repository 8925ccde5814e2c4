import Foundation

/// An audit of negatives by its definition, from unit rows and given clusterings.
public struct ReferenceAudit: Sendable {
  /// Candidates of each row, best first.
  public var candidates: [[Int]] = []
  /// The evidence for each.
  public var maximum: Rows = []
  /// The evidence for each.
  public var mean: Rows = []
  /// The evidence for each.
  public var similarity: Rows = []
  /// The evidence for each.
  public var neighbors: Rows = []
  /// The evidence for each.
  public var clusters: Rows = []
  /// Whether the candidate lists the row, too.
  public var mutual: [[Bool]] = []

  /// The evidence, from all pairs.
  public init(unit: Rows, support: [Rows], k: Int, clusterings: [[Int]]) {
    let indices = Array(unit.indices)
    for i in indices {
      let views = support.isEmpty ? [unit[i]] : support.map { $0[i] }
      let scores = indices.map { j in views.map { dot($0, unit[j]) } }
      let best = indices.filter { $0 != i }.sorted {
        ((scores[$1].max() ?? 0), $0) < ((scores[$0].max() ?? 0), $1)
      }.prefix(k)
      candidates.append(Array(best))
      maximum.append(best.map { scores[$0].max() ?? 0 })
      mean.append(best.map { scores[$0].reduce(0, +) / Double(views.count) })
    }
    for i in indices {
      mutual.append(candidates[i].map { candidates[$0].contains(i) })
      neighbors.append(
        candidates[i].map { j in
          Double(candidates[i].filter { candidates[j].contains($0) }.count) / Double(k)
        })
      clusters.append(
        candidates[i].map { j in
          Double(clusterings.filter { $0[i] == $0[j] }.count) / Double(clusterings.count)
        })
    }
  }

  /// The share of pairs of one group, and of each row's softmax over the others that its group
  /// holds.
  public static func shares(
    unit: Rows, groups: [Int], temperature: Double
  ) -> (ofNegatives: Double, ofGradient: Double) {
    var (pairs, inside, gradient) = (0, 0, 0.0)
    for i in unit.indices {
      let others = unit.indices.filter { $0 != i }
      let logits = others.map { dot(unit[i], unit[$0]) / temperature }
      let normalizer = logSumExp(logits)
      for (j, logit) in zip(others, logits) {
        pairs += 1
        guard groups[i] == groups[j] else { continue }
        inside += 1
        gradient += exp(logit - normalizer)
      }
    }
    return (Double(inside) / Double(pairs), gradient / Double(unit.count))
  }
}
