/// `Documentation/Results.md`.
struct ResultsPage {
  let results: ResultsFile
  let scale: TrainingCommand.Scale
  let seeds: [Int]
  let comparisons: [Comparison]
  let methods: [String]

  /// The whole page.
  var text: String {
    (introduction + (methods.isEmpty ? [] : methodTable) + comparisons.flatMap(table))
      .joined(separator: "\n") + "\n"
  }

  private var introduction: [String] {
    let images = scale.limit.map { "the first \($0)" } ?? "all"
    return [
      "# Results",
      "",
      "Written by `make table`: Fashion-MNIST, \(images) training images, \(scale.epochs) epochs, the "
        + "methods' own defaults. Numbers are percent on the test images: weighted kNN accuracy (k 200), or "
        + "the adjusted mutual information of ten k-means clusters with the labels. After ± stands the "
        + "standard deviation over the seeds. A claim is called reproduced when it holds for every seed and "
        + "its mean difference is above that deviation. So short a training tells what these methods do first, not where they end.",
      "",
      "Each command is `contrastive` and the words shown, with `--seed` 0, 1, … and `--output RUN`; clusters and "
        + "RankMe come from `evaluate --run RUN --measures clusters rank`.",
    ]
  }

  private var methodTable: [String] {
    let scales = scale.limit == nil ? [scale] : [scale, scale.ofAllImages]
    let heads = scales.map { scale in
      let images = scale.limit == nil ? "all images" : "`\(scale.words.joined(separator: " "))`"
      return " \(images): kNN | above | RankMe | verdict |"
    }
    var lines = [
      "", "## Every method against the encoder before training", "",
      "One seed, `train --method M --epochs \(scale.epochs)` with the words above each part. \"Above\" is the "
        + "distance to the untrained encoder's accuracy in points; asked for are "
        + "\(Int(Catalog.pointsAboveRandom)), and no sign of collapse. RankMe is at most the features' "
        + "dimension.",
      "", "| method |" + heads.joined(),
      "|---|" + String(repeating: "---|---|---|---|", count: scales.count),
    ]
    func training(_ scale: TrainingCommand.Scale) -> Outcome.Training? {
      methods.lazy.compactMap { results[command($0, scale)]?.training }.first
    }
    func line(_ name: String, _ value: (Outcome.Training) -> Double) -> String {
      "| \(name) |"
        + scales.map { scale in
          let values: [Double] = training(scale).map { [value($0)] } ?? []
          return " \(Statistics(values: values).percent()) | | | |"
        }.joined()
    }
    lines.append(line("raw pixels", \.rawPixelAccuracy))
    lines.append(line("encoder before training", \.randomEncoderAccuracy))
    lines += methods.map { method in
      "| \(method) |" + scales.map { cells(results[command(method, $0)]) }.joined()
    }
    return lines
  }

  private func command(_ method: String, _ scale: TrainingCommand.Scale) -> TrainingCommand {
    TrainingCommand(method: method, scale: scale, seed: seeds[0])
  }

  /// Accuracy, distance to the untrained encoder, RankMe and what they say.
  private func cells(_ outcome: Outcome?) -> String {
    guard let outcome else { return " not run | | | |" }
    let (training, features) = (outcome.training, outcome.features)
    let above = training.knnAccuracy - training.randomEncoderAccuracy
    let reached = 100 * above >= Catalog.pointsAboveRandom
    let verdict =
      !features.warnings.isEmpty
      ? "collapse: \(features.warnings.joined(separator: "; "))"
      : reached ? "learns" : "too little"
    return " \(Statistics(values: [training.knnAccuracy]).percent()) | "
      + "\(Statistics(values: [above]).percent(signed: true)) | "
      + "\(Int(features.rankMe.rounded())) | \(verdict) |"
  }

  private func table(_ comparison: Comparison) -> [String] {
    var lines = [
      "", "## \(comparison.title)", "",
      "| | command | \(comparison.measure.rawValue) | seeds |", "|---|---|---|---|",
    ]
    for variant in comparison.variants {
      let values = seeds.compactMap { value(comparison, variant.name, seed: $0) }
      let command = variant.command(scale, seed: seeds[0])
      lines.append(
        "| \(variant.name) | \(shown(command)) | \(Statistics(values: values).percent()) "
          + "| \(values.count) |")
    }
    lines += ["", "| claim | difference | verdict |", "|---|---|---|"]
    for claim in comparison.claims {
      let differences = seeds.compactMap { difference(comparison, claim, seed: $0) }
      lines.append(
        "| \(claim.text) | \(Statistics(values: differences).percent(signed: true)) "
          + "| \(verdict(differences)) |")
    }
    return lines
  }

  private func shown(_ command: TrainingCommand) -> String {
    "`\(command.words.dropLast(2).joined(separator: " "))`"
  }

  private func value(_ comparison: Comparison, _ name: String, seed: Int) -> Double? {
    comparison.variants.first { $0.name == name }
      .flatMap { results[$0.command(scale, seed: seed)] }
      .map(comparison.measure.value)
  }

  /// Nil unless every run it needs is there.
  private func difference(
    _ comparison: Comparison, _ claim: Comparison.Claim, seed: Int
  ) -> Double? {
    let above = claim.above.compactMap { value(comparison, $0, seed: seed) }
    let below = claim.below.compactMap { value(comparison, $0, seed: seed) }
    guard above.count == claim.above.count, below.count == claim.below.count else { return nil }
    return above.reduce(0, +) - below.reduce(0, +)
  }

  /// A claim is reproduced when it holds for every seed, of at least two, and by more than the
  /// spread.
  private func verdict(_ differences: [Double]) -> String {
    let statistics = Statistics(values: differences)
    let agreeing = differences.count { $0 > 0 }
    let seeds = "\(agreeing) of \(differences.count) seeds"
    guard !differences.isEmpty else { return "not run" }
    guard let spread = statistics.deviation else { return "one seed, \(agreeing) for it" }
    if agreeing == differences.count, statistics.mean > spread { return "reproduced, \(seeds)" }
    return agreeing == 0 && -statistics.mean > spread
      ? "not reproduced at this scale: the other way round, \(seeds)"
      : "not reproduced at this scale: within the spread, \(seeds)"
  }
}
