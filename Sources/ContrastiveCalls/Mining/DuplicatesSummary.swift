import Contrastive
import ContrastiveTensors

/// What near duplicates tell and give, by names.
package struct DuplicatesSummary: Encodable {
  package let rows: Int
  package let threshold: Double
  package let pairs: Int
  package let groups: Int
  package let largest: Int
  package let kept: Int
  package let seconds: Double

  package enum CodingKeys: String, CodingKey {
    case rows, threshold, pairs, groups, kept, seconds
    case largest = "largest_group"
  }

  package init(_ found: Duplicates, threshold: Double, seconds: Double) {
    var sizes = [Int](repeating: 0, count: found.groups.count)
    for group in found.groups { sizes[Int(group)] += 1 }
    rows = found.groups.count
    self.threshold = threshold
    pairs = found.pairs.count
    groups = sizes.count { $0 > 1 }
    largest = sizes.max() ?? 0
    kept = found.kept.count { $0 }
    self.seconds = seconds
  }

  /// `pairs` I64 [m,2], `similarities` F32 [m], `groups` I64 [n] and `kept` U8 [n].
  package static func tensors(
    _ found: Duplicates
  ) throws(ContrastiveError) -> [String: Tensor] {
    let numbers = [Int64](unsafeUninitializedCapacity: 2 * found.pairs.count) { target, count in
      for (place, pair) in found.pairs.enumerated() {
        target.initializeElement(at: 2 * place, to: Int64(pair.first))
        target.initializeElement(at: 2 * place + 1, to: Int64(pair.second))
      }
      count = 2 * found.pairs.count
    }
    return [
      "pairs": try Tensor(shape: [found.pairs.count, 2], elements: .int64(numbers)),
      "similarities": Tensor(.float32(found.pairs.map(\.similarity))),
      "groups": Tensor(.int64(found.groups.map(Int64.init))),
      "kept": Tensor(.uint8(found.kept.map { $0 ? 1 : 0 })),
    ]
  }
}

/// What SemDeDup tells and gives, by names.
package struct SemanticSummary: Encodable {
  package let rows: Int
  package let kept: Int
  package let clusters: Int
  package let threshold: Double
  package let seconds: Double

  package init(_ result: SemanticDeduplication.Result, seconds: Double) {
    rows = result.kept.count
    kept = result.kept.count { $0 }
    clusters = Int(result.clusters.max() ?? 0) + 1
    threshold = result.threshold
    self.seconds = seconds
  }

  /// `kept` U8 [n], `similarities` F32 [n] and `clusters` I64 [n].
  package static func tensors(_ result: SemanticDeduplication.Result) -> [String: Tensor] {
    [
      "kept": Tensor(.uint8(result.kept.map { $0 ? 1 : 0 })),
      "similarities": Tensor(.float32(result.similarities)),
      "clusters": Tensor(.int64(result.clusters.map(Int64.init))),
    ]
  }
}
