import Contrastive
import ContrastiveCalls
import ContrastiveFiles

extension AuditSummary: Report {
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
    try csv.write { line throws(ContrastiveError) in
      try line("row,candidate,\(numbers.map(\.name).joined(separator: ",")),mutual,suspected")
      for place in found.columns.indices {
        let evidence = numbers.map { "\($0.values[place])" }.joined(separator: ",")
        try line(
          "\(place / found.k),\(found.columns[place]),\(evidence),"
            + (found.mutual[place] ? "1" : "0") + (result.isSuspected[place] ? ",1" : ",0"))
      }
    }
  }
}
