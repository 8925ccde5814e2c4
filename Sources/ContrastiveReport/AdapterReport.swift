import Contrastive
import ContrastiveFiles

/// The report of runs of `contrastive adapt`.
public struct AdapterReport: Sendable {
  /// The page.
  public let page: Page

  /// Puts the report of one run or several together.
  ///
  /// - Parameter runs: what the runs wrote, at least one.
  /// - Throws: `ContrastiveError.file` when a file cannot be read.
  public init(_ runs: [RunRecord]) throws(ContrastiveError) {
    let names = RunRecord.names(runs)
    var sections = [
      runs.count == 1 ? Self.summary(runs[0]) : nil, Self.results(runs, names),
      Self.curves(runs, names),
    ]
    if runs.count == 1 {
      sections.append(try Self.examples(runs[0]))
      sections.append(.configuration(runs[0]))
    }
    page = Page(
      title: runs.count == 1 ? "Report of \(runs[0].name)" : "Comparison of \(runs.count) adapters",
      subtitle: runs.map(\.path).joined(separator: " · "),
      sections: sections.compactMap(\.self))
  }

  private static let measures = ["mrr_at_10", "ndcg_at_10", "recall_at_1", "recall_at_10"]

  /// What readers of papers call a measure.
  private static func name(of measure: String) -> String {
    let parts = measure.split(separator: "_")
    let name = parts[0] == "recall" ? "Recall" : parts[0].uppercased()
    return "\(name)@\(parts[parts.count - 1])"
  }

  /// The figures to look at first, and what is wrong.
  private static func summary(_ run: RunRecord) -> ReportSection {
    var numbers = ["head", "sides", "loss"].compactMap { name in
      run.configuration[name]?.string.map { (name: name, value: $0) }
    }
    var warnings = run.result == nil ? ["This run has not finished."] : []
    if let before = run.result?["before"]?["mrr_at_10"]?.number,
      let after = run.result?["after"]?["mrr_at_10"]?.number
    {
      numbers += [("MRR@10 before", fixed(before, 4)), ("MRR@10 after", fixed(after, 4))]
      if after < before {
        warnings.append(
          "Held-out pairs are found less well than before, by \(fixed(100 * (before - after), 2)) "
            + "points of MRR@10.")
      }
    } else if run.result != nil {
      warnings.append("No pairs were held out: what the head is worth was not measured.")
    }
    if run.outcome("best_epoch") == 0 {
      warnings.append(
        "No epoch was better than the start, which is kept: the head is the identity.")
    }
    for (key, name) in [
      ("training_pairs", "training pairs"), ("validation_pairs", "validation pairs"),
      ("held_out_pairs", "held-out pairs"), ("best_epoch", "epoch kept"),
    ] {
      if let count = run.outcome(key) { numbers.append((name, fixed(count, 0))) }
    }
    return .summary(numbers + ReportSection.costs(run), warnings)
  }

  /// Points won or lost.
  private static func gain(_ before: Double, _ after: Double) -> String {
    (after < before ? "−" : "+") + fixed(abs(100 * (after - before)), 2)
  }

  /// Before and after of one training: a row for each measure, which a phone has room for.
  private static func table(of result: JSONValue) -> HTML {
    .table(
      caption: "Held-out pairs against all documents",
      headings: ["measure", "before", "after", "points"],
      rows: measures.compactMap { measure in
        guard let before = result["before"]?[measure]?.number,
          let after = result["after"]?[measure]?.number
        else { return nil }
        return [
          .text(name(of: measure)), .text(fixed(before, 4)), .text(fixed(after, 4)),
          .text(gain(before, after)),
        ]
      })
  }

  /// Before and after, a row for each run and seed.
  private static func results(_ runs: [RunRecord], _ names: [String]) -> ReportSection {
    var rows: [[HTML]] = []
    for (run, name) in zip(runs, names) {
      guard let result = run.result else {
        rows.append([.text("\(name), not finished")] + measures.map { _ in .text("–") })
        continue
      }
      var seeds = [result]
      if case .list(let all)? = result["seeds"] { seeds = all }
      for seed in seeds {
        let number = seed["seed"]?.wholeNumber.map { " seed \($0)" } ?? ""
        rows.append(
          [.text(name + number)]
            + measures.map { measure in
              guard let before = seed["before"]?[measure]?.number,
                let after = seed["after"]?[measure]?.number
              else { return .text("–") }
              return .text("\(fixed(before, 4)) → \(fixed(after, 4)) (\(gain(before, after)))")
            })
      }
    }
    let held = runs.compactMap { $0.outcome("held_out_pairs") }.first.map { fixed($0, 0) }
    let isOne = rows.count == 1 && runs[0].result?["before"]?["mrr_at_10"]?.number != nil
    return ReportSection(
      name: "results", title: "Results",
      contents: [
        isOne
          ? table(of: runs[0].result ?? .null)
          : .table(
            caption: "Held-out pairs against all documents, before → after (points)",
            headings: ["run"] + measures.map(name), rows: rows),
        .paragraph(
          "Measured on \(held ?? "the") held-out pairs, none of whose queries was trained on."),
      ])
  }

  private static func curves(_ runs: [RunRecord], _ names: [String]) -> ReportSection? {
    let names = runs.count == 1 ? ["trained"] : names
    let start = runs.count == 1 ? runs[0].series("mrr_at_10").first?.y : nil
    let levels = [
      start.map { LineChart.Level(name: "before training", color: "var(--second)", value: $0) }
    ]
    return ReportSection.curves([
      LineChart(
        title: "MRR@10 of the validation pairs",
        lines: LineChart.lines("mrr_at_10", of: runs, names), levels: levels.compactMap(\.self)),
      LineChart(title: "Loss", lines: LineChart.lines("loss", of: runs, names)),
    ])
  }

  private static func examples(_ run: RunRecord) throws(ContrastiveError) -> ReportSection? {
    guard let examples = try run.examples else { return nil }
    func table(_ name: String, _ caption: String) -> HTML? {
      guard case .list(let all)? = examples[name], !all.isEmpty else { return nil }
      func rank(_ value: JSONValue?) -> String {
        value?.number.map { fixed($0, 0) } ?? "beyond 100"
      }
      return .table(
        caption: caption, headings: ["query", "document", "rank before", "rank after"],
        rows: all.map { example in
          [
            .text(example["query"]?.string ?? ""), .text(example["document"]?.string ?? ""),
            .text(rank(example["before"])), .text(rank(example["after"])),
          ]
        })
    }
    let counts = ["risen", "fallen"].map { fixed(examples[$0]?.number ?? 0, 0) }
    let tables = [table("won", "Won most"), table("lost", "Lost most")].compactMap(\.self)
    guard !tables.isEmpty else { return nil }
    return ReportSection(
      name: "examples", title: "Examples won and lost",
      contents: [
        .paragraph("\(counts[0]) held-out pairs rose in rank, \(counts[1]) fell.")
      ] + tables)
  }
}
