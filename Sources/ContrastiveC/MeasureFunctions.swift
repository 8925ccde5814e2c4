public import CContrastive
import Contrastive
import ContrastiveCalls
import ContrastiveTensors

/// Measures of a representation.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_evaluate(
  _ inputs: UnsafePointer<contrastive_tensor>!, _ input_count: Int,
  _ options: UnsafePointer<CChar>!, _ control: UnsafePointer<contrastive_control>!,
  _ result: UnsafeMutablePointer<OpaquePointer?>!
) -> contrastive_status {
  attempt(inputs, input_count, options, control, giving: result) { tensors, options, workers in
    try tensors.requireOnly(["test", "test-labels", "train", "train-labels", "test-views"])
    guard tensors.optional("train") != nil || tensors.optional("train-labels") == nil else {
      throw ContrastiveError.parameter(
        name: "train-labels", found: "labels", expected: "none without train")
    }
    let evaluation = try RepresentationEvaluation(options: options)
    let test = try RepresentationEvaluation.Embeddings(
      tensors.required("test"), labels: tensors.labels("test-labels"), named: "test-labels")
    let train = try tensors.matrix("train").map {
      try RepresentationEvaluation.Embeddings(
        $0, labels: tensors.labels("train-labels"), named: "train-labels")
    }
    if let train {
      try Operand("train", train.rows).requireDimension(of: Operand("test", test.rows))
    }
    let views = try tensors.matrix("test-views")
    let measures: RepresentationMeasures
    do throws(ContrastiveError) {
      measures = try evaluation.run(
        test: test, train: train, views: views, workers: workers.unshared())
    } catch {
      throw error.naming(RepresentationEvaluation.tensorNames)
    }
    return ResultHandle(report: try JSONValue(encoding: measures))
  }
}

/// False negatives in a set of embeddings.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_audit(
  _ inputs: UnsafePointer<contrastive_tensor>!, _ input_count: Int,
  _ options: UnsafePointer<CChar>!, _ control: UnsafePointer<contrastive_control>!,
  _ result: UnsafeMutablePointer<OpaquePointer?>!
) -> contrastive_status {
  attempt(inputs, input_count, options, control, giving: result) { tensors, options, workers in
    try tensors.requireOnly(["embeddings", "labels"], prefix: "support.")
    let rows = try tensors.required("embeddings")
    let labels = try tensors.labels("labels")
    var support: [Matrix] = []
    while let more = try tensors.matrix("support.\(support.count)") { support.append(more) }
    try tensors.requireOnly(
      Set(["embeddings", "labels"] + support.indices.map { "support.\($0)" }))
    let audit = try NegativeAudit(options: options, embeddings: rows)
    let names = Dictionary(
      uniqueKeysWithValues: support.indices.map { ("support \($0)", "support.\($0)") })
    let (found, seconds) = try timed { () throws(ContrastiveError) -> NegativeAuditResult in
      do throws(ContrastiveError) {
        return try audit.run(
          rows, support: support, labels: labels, workers: workers.unshared())
      } catch {
        throw error.naming(names)
      }
    }
    let summary = AuditSummary(
      found, audit: audit, dimension: rows.columns,
      seconds: seconds,
      unlabeled: labels?.count { $0 == -1 } ?? 0)
    return ResultHandle(
      report: try JSONValue(encoding: summary), tensors: try AuditSummary.tensors(found))
  }
}

extension CallerTensors {
  /// Labels [n], if there are any.
  fileprivate func labels(_ name: String) throws -> [Int]? {
    try optional(name)?.tensor().int64s(argument: name).map { Int($0) }
  }
}

extension RepresentationEvaluation {
  /// What the measures call their inputs, and the tensors that these are.
  fileprivate static let tensorNames = [
    "queries": "test", "embeddings": "test", "first views": "test", "second views": "test-views",
    "bank": "train",
  ]

  /// The options of `contrastive evaluate`.
  fileprivate init(options given: [String: JSONValue]) throws(ContrastiveError) {
    try self.init()
    var options = CallOptions(given)
    if let wanted = try options.choices("measures", of: Measure.self) { measures = Set(wanted) }
    classifier = try WeightedKNN(
      k: options.integer("k", default: 200),
      temperature: options.number("temperature", default: 0.07))
    ridge = try RidgeProbe(penalty: options.number("ridge-penalty", default: 1))
    logistic = try LogisticProbe(penalty: options.number("logistic-penalty", default: 1))
    clusters = try options.integer("clusters")
    seed = try options.seed("seed")
    zeroRows = try options.choice("zero-rows", default: .refuse)
    graphNeighbors = try options.integer("graph-neighbors", default: 10)
    guard graphNeighbors > 0 else {
      throw .parameter(
        name: "graph-neighbors", found: "\(graphNeighbors)", expected: "1 or more")
    }
    try options.requireAllKnown(by: "evaluate")
  }
}

extension NegativeAudit {
  /// The options of `contrastive audit`, for a set of rows.
  fileprivate init(
    options given: [String: JSONValue], embeddings: Matrix
  ) throws(ContrastiveError) {
    var options = CallOptions(given)
    let neighbors = try options.counts("k") ?? Self.fittingNeighbors(rows: embeddings.rows)
    let clusters = try options.counts("clusters") ?? Self.fittingClusters(embeddings)
    try self.init(
      neighbors: neighbors, clusters: clusters,
      temperature: options.number("temperature", default: 0.07),
      threshold: options.number("threshold", default: 0.5), seed: options.seed("seed"),
      zeroRows: options.choice("zero-rows", default: .refuse))
    try options.requireAllKnown(by: "audit")
  }
}
