/// InfoNCE: each query must find its own key among negatives.
///
/// With u_ic = ⟨query_i, column_c⟩ / temperature and own key k_i,
/// ```
/// loss = mean_i  log( 1 + Σ_{c negative} exp(u_ic − u_i,own) )
/// ```
/// which is the cross-entropy −log softmax(u_i)_own, written so that no digit is lost where the
/// loss is small. Three forms:
/// - own key and bank (van den Oord et al. 2018, eq. 4; MoCo, He et al. 2020, eq. 1): the negatives
///   are the rows of the bank;
/// - in-batch: the negatives are the other keys;
/// - in-batch, symmetric (CLIP, Radford et al. 2021): the mean of the in-batch form and of the same
///   with queries and keys exchanged.
///
/// Rows are used as given: normalize them first for cosine similarity (`Matrix.normalized`).
public struct InfoNCE: Objective {
  /// What the loss can be differentiated by.
  public enum Variable: String, CaseIterable, Sendable {
    case queries, keys, bank, temperature
  }

  /// Gradients for the queries: what a momentum-contrast step needs.
  public static let defaultGradients: Set<Variable> = [.queries]

  /// Divides the similarities.
  public let temperature: Double
  /// Whether the in-batch form takes the mean of both directions.
  public let symmetric: Bool
  /// Which columns are negatives, and how they count.
  public let negatives: Negatives

  /// An InfoNCE objective.
  ///
  /// - Parameters:
  ///   - temperature: 1e-6 … 1e6; 0.07 is MoCo's.
  ///   - symmetric: the mean of both directions; without a bank only.
  ///   - negatives: which columns are negatives; `mixing` needs a bank. With `symmetric`, `pairs`
  ///     name a query and a key, which are one pair in both directions.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    temperature: Double = 0.07, symmetric: Bool = false, negatives: Negatives = .all
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    try negatives.refuse([], in: "InfoNCE", expected: "")
    self.temperature = temperature
    self.symmetric = symmetric
    self.negatives = negatives
  }

  /// The loss and its exact gradients.
  ///
  /// Complexity: with N queries, M negatives and dimension D, 4·N·M·D floating-point operations for
  /// the loss and the gradient for the queries, 4·N·M·D more for keys (in-batch) or bank; 2·N·M·D
  /// for the loss and the gradient for the temperature alone. Symmetric: 8·N²·D for everything.
  /// Similarities of as many keys as queries that find room in 64 MiB, all of them up to 4,096
  /// rows, are computed once instead of twice: 6·N²·D. Scratch: `scratchBytes`; beyond that the N ×
  /// M matrix is never held. `negatives` add a sweep, 2·N·M·D, for a search, a draw and `hardness`,
  /// and two or three for a ring.
  ///
  /// - Parameters:
  ///   - queries: [N × D].
  ///   - keys: [N × D]; row i is query i's own.
  ///   - bank: [M × D], the negatives; without it they are the other keys.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the mean loss over the queries and the gradients asked for.
  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.bankNotFilled` for a bank without rows,
  ///   `.nonFinite`, `.tooLarge`, and `.parameter` for a bank with `symmetric` or a gradient for a
  ///   bank that is not there.
  public func evaluate(
    queries: Matrix, keys: Matrix, bank: Matrix? = nil,
    gradients: Set<Variable> = Self.defaultGradients, workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let queries = Operand("queries", queries)
    let keys = Operand("keys", keys)
    try queries.requireRows()
    try keys.requireShape(of: queries)
    guard bank == nil || !symmetric else {
      throw .parameter(name: "symmetric", found: "a bank", expected: "the in-batch form")
    }
    guard bank != nil || !gradients.contains(.bank) else {
      throw .parameter(name: "gradient", found: "bank", expected: "an input that is given")
    }
    let columns = bank.map { Operand("bank", $0) }
    if let columns {
      guard columns.matrix.rows > 0 else { throw .bankNotFilled(argument: columns.name) }
      try columns.requireDimension(of: queries)
      try keys.requireFinite()
    } else {
      try negatives.refuse(
        [.mixing], in: "InfoNCE in the batch", expected: "a bank: mixed rows are constants")
    }
    guard symmetric else {
      return try oneDirection(queries, keys, bank: columns, negatives, gradients, workers)
    }
    return negatives.parts.isEmpty
      ? try bothDirections(queries, keys, gradients, workers)
      : try eachDirection(queries, keys, gradients, workers)
  }

  /// One direction; `omitted` are bank rows that take no part.
  func oneDirection(
    _ queries: Operand, _ keys: Operand, bank: Operand?, omitted: [Int] = [],
    _ negatives: Negatives, _ wanted: Set<Variable>, _ workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    var term = ContrastTerm(
      anchors: queries, own: keys.matrix, columns: bank ?? keys, temperature: temperature,
      exclusions: (bank == nil ? [.diagonal] : [])
        + (omitted.isEmpty ? [] : [.columns(ColumnSet(omitted))]))
    let chosen = try term.choose(
      negatives, support: ContrastTerm.Support(keys), workers: workers)
    let outcome = try term.evaluate(
      anchors: wanted.contains(.queries), columns: wanted.contains(bank == nil ? .keys : .bank),
      workers: workers)
    var result: [Variable: Matrix] = [:]
    result[.queries] = outcome.anchors
    result[bank == nil ? .keys : .bank] = outcome.columns
    if wanted.contains(.keys) {
      result[.keys, default: Matrix(zeros: keys.matrix.rows, by: keys.matrix.columns)]
        .addRows(of: queries.matrix) { Float(outcome.own[$0]) }
    }
    return Evaluation(
      loss: outcome.loss, gradients: result,
      temperatureGradient: wanted.contains(.temperature) ? outcome.slope : nil,
      selected: chosen)
  }

  /// Both directions, each with its own negatives.
  private func eachDirection(
    _ queries: Operand, _ keys: Operand, _ wanted: Set<Variable>, _ workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    var swapped = negatives
    if let pairs = negatives.pairs {
      swapped.pairs = try PairTerms(
        rows: pairs.columns, columns: pairs.rows,
        pairs: pairs.pairs.map {
          PairTerms.Pair(row: $0.column, column: $0.row, weight: $0.weight, target: $0.target)
        })
    }
    // What is given as support of the images serves both directions.
    let forward = try oneDirection(queries, keys, bank: nil, negatives, wanted, workers)
    let back: [Variable: Variable] = [.queries: .keys, .keys: .queries]
    let backward = try oneDirection(
      keys, queries, bank: nil, swapped, Set(wanted.map { back[$0] ?? $0 }), workers)
    var result: [Variable: Matrix] = [:]
    for variable in wanted {
      guard var gradient = forward[variable],
        let other = back[variable].flatMap({ backward[$0] })
      else { continue }
      gradient.scaleRows { _ in 0.5 }
      gradient.addRows(of: other) { _ in 0.5 }
      result[variable] = gradient
    }
    return Evaluation(
      loss: 0.5 * (forward.loss + backward.loss), gradients: result,
      temperatureGradient: wanted.contains(.temperature)
        ? 0.5 * ((forward.temperatureGradient ?? 0) + (backward.temperatureGradient ?? 0)) : nil,
      selected: forward.selected.merging(backward.selected, uniquingKeysWith: +))
  }

  private func bothDirections(
    _ queries: Operand, _ keys: Operand, _ wanted: Set<Variable>, _ workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Variable> {
    let differentiates = !wanted.isDisjoint(with: [.queries, .keys])
    let kept = differentiates ? KeptTiles(CrossGrid(rows: queries.rows)) : nil
    let sweep = TiledSweep(crossing: queries, keys, bothWays: true)
    let negatives = try sweep.run(
      RunningSoftmax(temperature: temperature, excluding: [.diagonal], readsOnly: true),
      accumulating: false, kept: kept, workers: workers
    ).blocks
    let blocks = negatives.count / 2
    let forward = OwnMargins(
      queries.matrix, keys.matrix, against: Array(negatives.prefix(blocks)),
      temperature: temperature)
    let backward = OwnMargins(
      keys.matrix, queries.matrix, against: Array(negatives.suffix(blocks)),
      temperature: temperature)

    var result: [Variable: Matrix] = [:]
    if differentiates {
      let count = queries.rows
      let scale = 0.5 / (Double(count) * temperature)
      let sums = try sweep.run(
        SoftmaxCoefficients(
          temperature: temperature, rows: forward.side(scale: scale),
          columns: backward.side(scale: scale), excluding: [.diagonal]),
        accumulating: true, kept: kept, workers: workers
      ).accumulated
      func gradient(_ range: Range<Int>, positives: Operand) -> Matrix? {
        var gradient = sums?.rows(range)
        gradient?.addRows(of: positives.matrix) {
          Float(-scale * (forward.pull[$0] + backward.pull[$0]))
        }
        return gradient
      }
      if wanted.contains(.queries) { result[.queries] = gradient(0..<count, positives: keys) }
      if wanted.contains(.keys) {
        result[.keys] = gradient(count..<(2 * count), positives: queries)
      }
    }
    return Evaluation(
      loss: 0.5 * (forward.meanLoss + backward.meanLoss), gradients: result,
      temperatureGradient: wanted.contains(.temperature)
        ? 0.5 * (forward.temperatureGradient + backward.temperatureGradient) : nil)
  }

  /// Bytes of scratch an evaluation holds at most.
  ///
  /// That is beyond its inputs, its gradients and a few numbers a row. Where there are other
  /// negatives than queries, with B = ⌈N/256⌉ row blocks (⌈N/512⌉ from 512 rows on) cut into C
  /// chunks of columns (C = 1 once B ≥ 32, or 16) and W workers,
  /// ```
  /// 4 · ( W · min(N, 256) · (min(M, 512) + 1)  +  (C − 1) · N · D )
  /// ```
  /// (512 and 384 from 512 rows on) and the same with N and M exchanged for the gradients of bank
  /// or keys; independent of M beyond that. Where there are as many, also 8·N·D for both gradients
  /// at once and 64 MiB of similarities at most.
  ///
  /// - Parameters:
  ///   - queries: N.
  ///   - negatives: M, the bank's rows, or N without a bank.
  ///   - dimension: D.
  ///   - workers: W.
  /// - Returns: the larger of the two directions.
  public static func scratchBytes(
    queries: Int, negatives: Int, dimension: Int, workers: Workers = .all
  ) -> Int {
    let grid = CrossGrid(rows: queries)
    return max(
      TileGrid(rows: queries, columns: negatives).scratchBytes(
        dimension: dimension, accumulating: true, workers: workers),
      TileGrid(rows: negatives, columns: queries).scratchBytes(
        dimension: dimension, accumulating: true, workers: workers),
      queries == negatives
        ? 8 * queries * dimension + grid.scratchBytes(workers: workers) + KeptTiles.bytes(grid)
        : 0)
  }
}
