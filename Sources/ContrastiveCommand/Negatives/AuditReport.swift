import Contrastive
import ContrastiveFiles

/// What `contrastive audit` prints and writes.
struct AuditReport: Report {
  let rows: Int
  let dimension: Int
  let k: Int
  let temperature: Double
  let threshold: Double
  let seconds: Double
  /// The mean over the clusterings.
  let estimate: Share
  let clusterings: [Clusters]
  let suspected: Suspected
  let labels: Labels?

  enum CodingKeys: String, CodingKey {
    case rows, dimension, k, temperature, threshold, seconds, clusterings, suspected, labels
    case estimate = "estimated"
  }

  /// How large a part of the negatives something is, and which part of the gradient it bears.
  struct Share: Encodable {
    let share: Double
    let gradientShare: Double

    enum CodingKeys: String, CodingKey {
      case share
      case gradientShare = "gradient_share"
    }

    init(_ share: NegativeAuditResult.Share) {
      self.share = share.ofNegatives
      gradientShare = share.ofGradient
    }
  }

  /// The pairs inside the clusters of one clustering.
  struct Clusters: Encodable {
    let clusters: Int
    let share: Double
    let gradientShare: Double

    enum CodingKeys: String, CodingKey {
      case clusters, share
      case gradientShare = "gradient_share"
    }
  }

  /// The suspected candidates.
  struct Suspected: Encodable {
    let pairs: Int
    let share: Double
    let gradientShare: Double
    /// With labels.
    let precision: Double?
    let recall: Double?

    enum CodingKeys: String, CodingKey {
      case pairs, share, precision, recall
      case gradientShare = "gradient_share"
    }
  }

  /// How it compares with labels.
  struct Labels: Encodable {
    let share: Double
    let gradientShare: Double
    /// Rows without a label, whose pairs do not count here.
    let unlabeled: Int
    let cosine: Curve
    let topK: [TopK]
    let evidence: [String: Curve]
    let calibration: [Tenth]

    enum CodingKeys: String, CodingKey {
      case share, unlabeled, cosine, evidence, calibration
      case gradientShare = "gradient_share"
      case topK = "top_k"
    }
  }

  /// A precision-recall curve in short.
  struct Curve: Encodable {
    let averagePrecision: Double
    /// Of the largest F1.
    let threshold: Double
    let f1: Double
    let precision: Double
    let recall: Double

    enum CodingKeys: String, CodingKey {
      case threshold, f1, precision, recall
      case averagePrecision = "average_precision"
    }

    init(_ curve: PrecisionRecall) {
      averagePrecision = curve.averagePrecision
      threshold = curve.best.map { curve.thresholds[$0] } ?? 0
      f1 = curve.best.map(curve.f1) ?? 0
      precision = curve.best.map { curve.precision[$0] } ?? 0
      recall = curve.best.map { curve.recall[$0] } ?? 0
    }
  }

  /// The k most similar of each row.
  struct TopK: Encodable {
    let k: Int
    let precision: Double
    let recall: Double
  }

  /// Candidates whose confidence is in one tenth.
  struct Tenth: Encodable {
    let confidence: Double
    let candidates: Int
    let precision: Double
  }

  init(
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

  var lines: [String] {
    func part(_ share: Double, _ gradient: Double) -> String {
      "\(percent(share)) of the negatives, \(percent(gradient)) of the gradient"
    }
    var lines = [
      "\(rows) rows, \(k) candidates each, temperature \(temperature), \(fixed(seconds, 1)) s",
      "false negatives, estimated: \(part(estimate.share, estimate.gradientShare))",
    ]
    lines += clusterings.map {
      "  inside one of \($0.clusters) clusters: \(part($0.share, $0.gradientShare))"
    }
    lines.append(
      "suspected: \(suspected.pairs) pairs, \(part(suspected.share, suspected.gradientShare))")
    guard let labels else { return lines }
    lines.append("by the labels: \(part(labels.share, labels.gradientShare))")
    if labels.unlabeled > 0 { lines.append("  without \(labels.unlabeled) rows of label -1") }
    if let precision = suspected.precision {
      lines.append("  \(percent(precision)) of the suspected pairs have one label")
    }
    lines += labels.topK.map {
      "  of each row's \($0.k) most similar: \(percent($0.precision))"
    }
    lines.append(
      "  of all pairs, best F1 \(fixed(labels.cosine.f1, 3)) from cosine "
        + "\(fixed(labels.cosine.threshold, 4)) on: precision \(percent(labels.cosine.precision)), "
        + "recall \(percent(labels.cosine.recall))")
    lines += labels.calibration.filter { $0.candidates > 0 }.map {
      "  confidence \(fixed($0.confidence, 1)) … \(fixed($0.confidence + 0.1, 1)): "
        + "\(percent($0.precision)) of \($0.candidates)"
    }
    return lines
  }

  /// What the output file holds.
  static func tensors(
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

  /// Writes the candidates as lines, a row's one after the other.
  static func write(
    _ result: NegativeAuditResult, to csv: OutputFile
  ) throws(ContrastiveError) {
    let found = result.candidates
    let numbers: [(name: String, values: [Float])] = [
      ("maximum", found.values(of: .maximum)), ("mean", found.values(of: .mean)),
      ("similarity", found.values(of: .similarity)), ("neighbors", found.values(of: .neighbors)),
      ("clusters", found.values(of: .clusters)), ("confidence", found.values(of: .confidence)),
    ]
    try CSVFile.write(
      to: csv.path,
      columns: ["row", "candidate"] + numbers.map(\.name) + ["mutual", "suspected"],
      rows: found.columns.count
    ) { place in
      ["\(place / found.k)", "\(found.columns[place])"]
        + numbers.map { "\($0.values[place])" }
        + [found.mutual[place] ? "1" : "0", result.isSuspected[place] ? "1" : "0"]
    }
  }
}
