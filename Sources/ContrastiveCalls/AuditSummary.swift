import Contrastive
import ContrastiveTensors

/// What an audit tells and gives, by names.
package struct AuditSummary: Encodable {
  package let rows: Int
  package let dimension: Int
  package let k: Int
  package let temperature: Double
  package let threshold: Double
  package let seconds: Double
  /// The mean over the clusterings.
  package let estimate: Share
  package let clusterings: [Clusters]
  package let suspected: Suspected
  package let labels: Labels?

  package enum CodingKeys: String, CodingKey {
    case rows, dimension, k, temperature, threshold, seconds, clusterings, suspected, labels
    case estimate = "estimated"
  }

  /// How large a part of the negatives something is, and which part of the gradient it bears.
  package struct Share: Encodable {
    package let share: Double
    package let gradientShare: Double

    package enum CodingKeys: String, CodingKey {
      case share
      case gradientShare = "gradient_share"
    }

    package init(_ share: NegativeAuditResult.Share) {
      self.share = share.ofNegatives
      gradientShare = share.ofGradient
    }
  }

  /// The pairs inside the clusters of one clustering.
  package struct Clusters: Encodable {
    package let clusters: Int
    package let share: Double
    package let gradientShare: Double

    package enum CodingKeys: String, CodingKey {
      case clusters, share
      case gradientShare = "gradient_share"
    }
  }

  /// The suspected candidates.
  package struct Suspected: Encodable {
    package let pairs: Int
    package let share: Double
    package let gradientShare: Double
    /// With labels.
    package let precision: Double?
    package let recall: Double?

    package enum CodingKeys: String, CodingKey {
      case pairs, share, precision, recall
      case gradientShare = "gradient_share"
    }
  }

  /// How it compares with labels.
  package struct Labels: Encodable {
    package let share: Double
    package let gradientShare: Double
    /// Rows without a label, whose pairs do not count here.
    package let unlabeled: Int
    package let cosine: Curve
    package let topK: [TopK]
    package let evidence: [String: Curve]
    package let calibration: [Tenth]

    package enum CodingKeys: String, CodingKey {
      case share, unlabeled, cosine, evidence, calibration
      case gradientShare = "gradient_share"
      case topK = "top_k"
    }
  }

  /// A precision-recall curve in short.
  package struct Curve: Encodable {
    package let averagePrecision: Double
    /// Of the largest F1.
    package let threshold: Double
    package let f1: Double
    package let precision: Double
    package let recall: Double

    package enum CodingKeys: String, CodingKey {
      case threshold, f1, precision, recall
      case averagePrecision = "average_precision"
    }

    package init(_ curve: PrecisionRecall) {
      averagePrecision = curve.averagePrecision
      threshold = curve.best.map { curve.thresholds[$0] } ?? 0
      f1 = curve.best.map(curve.f1) ?? 0
      precision = curve.best.map { curve.precision[$0] } ?? 0
      recall = curve.best.map { curve.recall[$0] } ?? 0
    }
  }

  /// The k most similar of each row.
  package struct TopK: Encodable {
    package let k: Int
    package let precision: Double
    package let recall: Double
  }

  /// Candidates whose confidence is in one tenth.
  package struct Tenth: Encodable {
    package let confidence: Double
    package let candidates: Int
    package let precision: Double
  }

  package init(
    _ result: NegativeAuditResult, audit: NegativeAudit, dimension: Int, seconds: Double,
    unlabeled: Int
  ) {
    rows = result.candidates.rows
    self.dimension = dimension
    k = result.candidates.k
    temperature = audit.temperature
    threshold = audit.threshold
    self.seconds = seconds
    estimate = Share(result.estimate)
    clusterings = result.clusterings.map {
      Clusters(
        clusters: $0.clusters, share: $0.share.ofNegatives, gradientShare: $0.share.ofGradient)
    }
    suspected = Suspected(
      pairs: result.suspectedCount, share: result.suspected.ofNegatives,
      gradientShare: result.suspected.ofGradient,
      precision: result.labeled?.suspected.precision, recall: result.labeled?.suspected.recall)
    labels = result.labeled.map { labeled in
      Labels(
        share: labeled.share.ofNegatives, gradientShare: labeled.share.ofGradient,
        unlabeled: unlabeled,
        cosine: Curve(labeled.cosine),
        topK: labeled.topK.map {
          TopK(k: $0.k, precision: $0.precision, recall: $0.recall)
        },
        evidence: Dictionary(
          uniqueKeysWithValues: labeled.evidence.map { ($0.evidence.rawValue, Curve($0.curve)) }),
        calibration: labeled.calibration.enumerated().map {
          Tenth(
            confidence: Double($0) / 10, candidates: $1.count, precision: $1.precision)
        })
    }
  }

  /// What the output file holds.
  package static func tensors(
    _ result: NegativeAuditResult
  ) throws(ContrastiveError) -> [String: Tensor] {
    let found = result.candidates
    let shape = [found.rows, found.k]
    func table(_ elements: Tensor.Elements) throws(ContrastiveError) -> Tensor {
      try Tensor(shape: shape, elements: elements)
    }
    var tensors = [
      "candidates": try table(.int64(found.columns.map(Int64.init))),
      "maximum": try table(.float32(found.values(of: .maximum))),
      "mean": try table(.float32(found.values(of: .mean))),
      "similarity": try table(.float32(found.values(of: .similarity))),
      "neighbors": try table(.float32(found.values(of: .neighbors))),
      "clusters": try table(.float32(found.values(of: .clusters))),
      "confidence": try table(.float32(found.values(of: .confidence))),
      "mutual": try table(.uint8(found.mutual.map { $0 ? 1 : 0 })),
      "suspected": try table(.uint8(result.isSuspected.map { $0 ? 1 : 0 })),
      "gradient_shares": Tensor(.float32(result.gradientShares)),
    ]
    if let curve = result.labeled?.cosine {
      tensors["thresholds"] = Tensor(.float32(curve.thresholds.map(Float.init)))
      tensors["precision"] = Tensor(.float32(curve.precision.map(Float.init)))
      tensors["recall"] = Tensor(.float32(curve.recall.map(Float.init)))
    }
    return tensors
  }
}

extension NegativeAudit {
  /// The numbers of candidates that a set has room for, of the defaults.
  package static func fittingNeighbors(rows: Int) -> [Int] {
    fitting([1, 5, 10, 20, 50], to: rows - 1)
  }

  /// The numbers of clusters that a set has room for, of the defaults: at least four distinct rows
  /// for each cluster.
  package static func fittingClusters(_ embeddings: Matrix) -> [Int] {
    fitting([10, 30, 100], to: embeddings.distinctDirections(upTo: 4 * 100) / 4)
  }

  /// The defaults that a small set has room for; the least of them if none.
  private static func fitting(_ defaults: [Int], to most: Int) -> [Int] {
    let fitting = defaults.filter { $0 <= most }
    return fitting.isEmpty ? [max(1, min(defaults[0], most))] : fitting
  }
}
