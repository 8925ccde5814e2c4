import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveTensors
import ContrastiveTraining

/// `contrastive evaluate`.
struct EvaluateCommand: ZeroRowsCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Evaluate embeddings, from files or by a trained encoder.",
    discussion: """
      From files: --test, and as far as they exist --test-labels, --train with --train-labels, and \
      --test-views, embeddings of another view of each test row. Embeddings are .npy, a \
      safetensors file with one tensor, or file:tensor, numbers [n, dimension]; labels [n] in the \
      same formats, whole numbers, -1 for a row without one, or in .npy texts, an empty one for \
      none. With --run: the features of a trained encoder on a data folder, or on pictures whose \
      folders are their classes (--images).

      What is given decides what is measured: knn (weighted vote, Wu et al. 2018), ridge and \
      logistic (linear probes on standardized features), clusters (spherical k-means against \
      labels: purity, NMI, AMI, ARI, accuracy of the best matching), alignment and uniformity \
      (Wang and Isola 2020), rank (effective rank, RankMe, signs of collapse), neighbors (hubness, \
      false negatives among the nearest).

      What cannot be measured with what is given is listed under skipped, with the reason.

      The measures go to standard output as one JSON object and, for people, to standard error.

      Examples:
        contrastive evaluate --test x.npy --measures uniformity rank
        contrastive evaluate --test x.npy --test-labels labels.npy
        contrastive evaluate --run run --images ~/Pictures
      """)

  @OptionGroup(title: "Embeddings in files") var files: EmbeddingFileOptions
  @OptionGroup(title: "A trained encoder") var encoder: EncoderFeatureOptions

  @Option(
    parsing: .upToNextOption,
    help: "Measures to take, of: \(Self.names.joined(separator: " ")). (default: all)")
  var measures: [String] = []

  @Option(
    name: .shortAndLong,
    help: "Neighbors that vote; all when there are fewer. (default: 200)")
  var k: Int?

  @Option(help: "Temperature of the vote. (default: 0.07)")
  var temperature: Double?

  @Option(help: "Penalty of the ridge probe. (default: 1.0)")
  var ridgePenalty: Double?

  @Option(help: "Penalty of the logistic probe, on the sum over all rows. (default: 1.0)")
  var logisticPenalty: Double?

  @Option(help: "Clusters of k-means. (default: as many as there are labels)")
  var clusters: Int?

  @Option(help: "Neighbors of each row for hubness and false negatives. (default: 10)")
  var graphNeighbors: Int?

  @Option(help: "Random seed of k-means and of the share set aside. (default: 0)")
  var seed: UInt64?

  @Option(help: "\(ZeroRows.help)")
  var zeroRows = ZeroRows.refuse

  @Flag(help: "Print the JSON object alone.")
  var json = false

  @OptionGroup var parallel: ParallelOptions

  private static let names = RepresentationEvaluation.Measure.allCases.map(\.rawValue)

  func run() throws {
    var evaluation = try evaluation()
    try requireOneSource()
    let workers = try parallel.workers
    let given =
      try encoder.features(seed: seed ?? 0, workers: workers)
      ?? files.embeddings(memory: encoder.pictures.memory)
    if let labels = given.labels { evaluation.labelName = { labels.name($0) } }
    evaluation.zeroRows = zeroRows
    let measures: RepresentationMeasures
    do throws(ContrastiveError) {
      measures = try evaluation.run(
        test: given.test, train: given.train, views: given.views, workers: workers)
    } catch {
      throw encoder.runFolder == nil ? error.naming(EmbeddingFileOptions.names) : error
    }
    if !json {
      Standard.error(MeasureTable(measures).lines.map { $0 + "\n" }.joined())
    }
    try Standard.json(measures)
  }

  /// Refuses options of files beside a run, and those of a run without one.
  private func requireOneSource() throws(ContrastiveError) {
    guard encoder.runFolder == nil else {
      for (name, value) in files.given {
        if let value {
          throw .parameter(name: name, found: value, expected: "none with --run")
        }
      }
      if zeroRows == .keep {
        throw .parameter(
          name: "zero-rows", found: zeroRows.rawValue,
          expected: "none with --run, whose features are never zero")
      }
      return
    }
    for (name, value) in encoder.given { try requireNone(value, named: name, without: "--run") }
  }

  /// Refuses options of measures that are not to be taken.
  private func requireMeasures(
    _ taken: Set<RepresentationEvaluation.Measure>
  ) throws(ContrastiveError) {
    let given: [(name: String, value: String?, measure: RepresentationEvaluation.Measure)] = [
      ("k", k.map { "\($0)" }, .knn), ("temperature", temperature.map { "\($0)" }, .knn),
      ("ridge-penalty", ridgePenalty.map { "\($0)" }, .ridge),
      ("logistic-penalty", logisticPenalty.map { "\($0)" }, .logistic),
      ("clusters", clusters.map { "\($0)" }, .clusters),
      ("graph-neighbors", graphNeighbors.map { "\($0)" }, .neighbors),
    ]
    for (name, value, measure) in given {
      try requireNone(
        value, named: name, without: "\(measure.rawValue) among --measures",
        taken.contains(measure))
    }
    try requireNone(
      seed.map { "\($0)" }, named: "seed", without: "clusters among --measures, or --run",
      taken.contains(.clusters) || encoder.runFolder != nil)
    try zeroRows.requireUse(
      with: "a measure besides ridge and logistic among --measures",
      !taken.isSubset(of: [.ridge, .logistic]))
  }

  private func evaluation() throws -> RepresentationEvaluation {
    var evaluation = try RepresentationEvaluation()
    let standard = evaluation.classifier
    evaluation.classifier = try WeightedKNN(
      k: k ?? standard.k, temperature: temperature ?? standard.temperature)
    if let ridgePenalty { evaluation.ridge = try RidgeProbe(penalty: ridgePenalty) }
    if let logisticPenalty { evaluation.logistic = try LogisticProbe(penalty: logisticPenalty) }
    evaluation.clusters = clusters
    evaluation.seed = seed ?? 0
    evaluation.graphNeighbors = graphNeighbors ?? evaluation.graphNeighbors
    guard evaluation.graphNeighbors > 0 else {
      throw ContrastiveError.parameter(
        name: "graph-neighbors", found: "\(evaluation.graphNeighbors)", expected: "1 or more")
    }
    guard measures.isEmpty else {
      evaluation.measures = Set(
        try measures.map { name in
          guard let measure = RepresentationEvaluation.Measure(rawValue: name) else {
            throw ContrastiveError.parameter(
              name: "measures", found: name,
              expected: nearestName(to: name, among: Self.names).map { "such as \($0)" } ?? "")
          }
          return measure
        })
      try requireMeasures(evaluation.measures)
      return evaluation
    }
    return evaluation
  }
}

/// What is to be evaluated.
struct EvaluationInputs {
  var test: RepresentationEvaluation.Embeddings
  var train: RepresentationEvaluation.Embeddings?
  var views: Matrix?
  var labels: FileLabels?
}
