import Contrastive

/// An adapter between two epochs, with what it is trained on.
struct AdapterState: Sendable {
  private(set) var adapter: Adapter
  /// Unit rows.
  private let queries: Matrix
  private let documents: Matrix
  private let training: [(query: Int, document: Int)]
  private let relevance: Relevance
  private let mined: HardNegatives?
  /// The documents of training pairs, where all are negatives.
  private let all: [Int]
  private let options: AdapterOptions
  private var queryOptimizer: AdamW
  private var documentOptimizer: AdamW?
  private let schedule: CosineSchedule
  private let batches: Int
  private var steps = 0

  init(
    queries: Matrix, documents: Matrix, training: [(query: Int, document: Int)],
    options: AdapterOptions, workers: Workers
  ) throws(ContrastiveError) {
    adapter = try Adapter(
      options.head, sides: options.sides, dimension: queries.columns, hidden: options.hidden,
      seed: options.seed)
    self.queries = try queries.normalized(argument: "queries").rows
    self.documents = try documents.normalized(argument: "documents").rows
    self.training = training
    self.options = options
    relevance = try Relevance(
      training.map { Relevance.Judgment(query: $0.query, document: $0.document) },
      queries: queries.rows, documents: documents.rows)
    var mining = options.mining
    mining.perQuery = max(1, options.hardNegatives)
    mined =
      options.hardNegatives > 0
      ? try HardNegatives(
        queries: queries, documents: documents, relevance: relevance, options: mining,
        workers: workers) : nil
    all = options.usesAllDocuments ? Set(training.map(\.document)).sorted() : []
    let size = options.batchSize == 0 ? training.count : options.batchSize
    let wanted = Int((Double(training.count) / Double(size)).rounded())
    batches = max(1, min(wanted, training.count / options.loss.leastPairs))
    schedule = try CosineSchedule(peak: options.rate, steps: max(1, batches * options.epochs))
    queryOptimizer = try AdamW(
      adapter.queries.parameters.layout, weightDecay: options.weightDecay)
    documentOptimizer = try adapter.documents.map { head throws(ContrastiveError) in
      try AdamW(head.parameters.layout, weightDecay: options.weightDecay)
    }
  }

  /// Where the documents of pairs stand.
  func ranks(
    of pairs: [(query: Int, document: Int)], isOneSet: Bool, workers: Workers
  ) throws(ContrastiveError) -> PairRanks {
    // Only the rows that are needed, and their own numbers in one set.
    let rows =
      isOneSet
      ? try adapter.apply(to: queries, side: .queries, argument: "queries", workers: workers)
      : try adapter.apply(
        to: queries.rows(at: pairs.map(\.query)), side: .queries, argument: "queries",
        workers: workers)
    return try PairRanks(
      of: pairs.enumerated().map { (isOneSet ? $1.query : $0, $1.document) }, queries: rows,
      documents: adapter.head(of: .documents) == nil
        ? documents
        : adapter.apply(to: documents, side: .documents, argument: "documents", workers: workers),
      depth: 10, isOneSet: isOneSet, workers: workers)
  }

  /// One pass over the training pairs; the mean loss of its steps.
  mutating func train(
    epoch: Int, workers: Workers, done: (_ share: Double) -> Void
  ) throws(ContrastiveError) -> Double {
    let order = CounterRandom.order(seed: options.seed, epoch: epoch, count: training.count)
    var sum = 0.0
    for batch in 0..<batches {
      let range = (batch * order.count / batches)..<((batch + 1) * order.count / batches)
      sum += try step(order[range].map { training[$0] }, workers: workers)
      try workers.checkCanceled()
      done(Double(batch + 1) / Double(batches))
    }
    return sum / Double(batches)
  }

  private mutating func step(
    _ pairs: [(query: Int, document: Int)], workers: Workers
  ) throws(ContrastiveError) -> Double {
    let columns = AdapterColumns(
      pairs, mined: mined, all: all, relevance: relevance, isOfViews: options.loss.isOfViews)
    let own = try forward(
      augmented(queries.rows(at: pairs.map(\.query)), side: .queries), .queries, workers)
    let other = try forward(
      augmented(documents.rows(at: columns.documents), side: .documents), .documents, workers)
    let trainsDocuments = options.sides != .queries
    let isWhole = columns.places == Array(0..<columns.documents.count)
    let value = try options.loss.evaluate(
      AdapterLoss.Batch(
        queries: own.unit.rows,
        documents: isWhole ? other.unit.rows : other.unit.rows.rows(at: columns.places),
        bank: columns.isBank ? other.unit.rows : nil, terms: columns.terms,
        step: UInt64(steps)),
      gradients: (true, trainsDocuments), workers: workers)
    let rate = schedule.rate(at: steps)
    steps += 1
    var gradient = try backward(value.queries, own, .queries, workers)
    if trainsDocuments {
      var slopes = value.bank ?? Matrix(zeros: columns.documents.count, by: queries.columns)
      if let documents = value.documents {
        if isWhole, value.bank == nil {
          slopes = documents
        } else {
          for (row, place) in columns.places.enumerated() {
            for column in 0..<slopes.columns { slopes[place, column] += documents[row, column] }
          }
        }
      }
      let second = try backward(slopes, other, .documents, workers)
      if options.sides == .shared {
        for place in gradient.values.indices { gradient.values[place] += second.values[place] }
      } else if var head = adapter.documents {
        try documentOptimizer?.step(
          &head.parameters, gradient: second, rate: rate, workers: workers)
        adapter.documents = head
      }
    }
    try queryOptimizer.step(
      &adapter.queries.parameters, gradient: gradient, rate: rate, workers: workers)
    return value.loss
  }

  /// What a side's rows become, with the way back.
  private struct Way {
    let unit: NormalizedRows
    let record: AdapterHead.Record?
  }

  private func forward(
    _ rows: Matrix, _ side: Adapter.Side, _ workers: Workers
  ) throws(ContrastiveError) -> Way {
    guard let head = adapter.head(of: side) else {
      return Way(unit: NormalizedRows(unit: rows), record: nil)
    }
    let (outputs, record) = try head.forward(rows, workers: workers)
    return Way(unit: try outputs.normalized(argument: side.rawValue), record: record)
  }

  private func backward(
    _ gradient: Matrix?, _ way: Way, _ side: Adapter.Side, _ workers: Workers
  ) throws(ContrastiveError) -> ParameterVector {
    let head = adapter.head(of: side) ?? adapter.queries
    guard let gradient, let record = way.record else {
      return ParameterVector(zeros: head.parameters.layout)
    }
    return head.backward(try way.unit.backward(gradient), record, workers: workers)
  }

  /// Rows of a trained side with noise and dropout, which leaves one element of a row in any case.
  private func augmented(_ rows: Matrix, side: Adapter.Side) -> Matrix {
    guard options.noise > 0 || options.dropout > 0, adapter.head(of: side) != nil else {
      return rows
    }
    var random = CounterRandom.stream(
      .views, seed: options.seed, steps, side == .queries ? 0 : 1)
    // A uniform number in ±√3 has variance 1: sums over a row's elements are as good as normal.
    let scale = Float(options.noise * (3 / Double(rows.columns)).squareRoot())
    let (count, width) = (rows.rows, rows.columns)
    var rows = rows
    rows.withUnsafeMutableBufferPointer { values in
      for row in 0..<count {
        // Of the elements set to zero the one that came closest to staying.
        var closest: (place: Int, value: Float, draw: Float)?
        var isZero = true
        for place in (row * width)..<((row + 1) * width) {
          if options.noise > 0 { values[place] += scale * random.uniform(-1, 1) }
          if options.dropout > 0 {
            let draw = random.uniform()
            if Double(draw) < options.dropout {
              if values[place] != 0, draw > closest?.draw ?? -1 {
                closest = (place, values[place], draw)
              }
              values[place] = 0
            }
          }
          if values[place] != 0 { isZero = false }
        }
        if isZero, let closest { values[closest.place] = closest.value }
      }
    }
    return rows
  }
}
