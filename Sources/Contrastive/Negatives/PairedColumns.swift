/// InfoNCE in which some columns have weights and targets of their own (see `PairTerms`).
///
/// Plain negatives come from one sweep, which leaves the listed columns out. Those that count, and
/// the own column, are looked at one by one in Double: with positives P (the own column and those
/// with a target), B = log Σ_P w exp(u), A the same over the negatives and ν = 1 / (1 + e^(B−A)),
/// ```
/// loss_i          = (B − Σ_P t u) + log(1 + e^(A−B))
/// ∂/∂u, positive  = q − t − ν q,   q = w exp(u − B)
/// ∂/∂u, negative  = ν w exp(u − A)
/// ```
/// so that nothing cancels where a row is well fitted (A ≪ B): with the own column alone the bracket
/// and q − t are exactly 0.
struct PairedColumns: Sendable {
  let queries: Operand
  /// Row i is query i's own column.
  let keys: Operand
  /// The shared columns; in the batch, the keys.
  let columns: Operand
  /// Whether the columns are the keys, so that column i is query i's own.
  let inBatch: Bool
  /// Columns that take no part for any row, ascending.
  let omitted: [Int]
  let terms: PairTerms
  let temperature: Double

  /// A column of a row that is looked at by itself.
  struct Entry: Sendable {
    /// Its row in `ownAndListed`.
    let place: Int
    let weight: Double
    let target: Double
    let isPositive: Bool
    /// ⟨query, column⟩.
    var similarity = 0.0
    /// ∂loss_i/∂u.
    var coefficient = 0.0
  }

  /// What a row's loss is made of.
  struct Row: Sendable {
    var loss = 0.0
    /// ∂loss_i/∂temperature.
    var slope = 0.0
    /// ν.
    var push = 0.0
  }

  private var exclusions: [Exclusion] {
    (inBatch ? [.diagonal] : []) + (terms.pairs.isEmpty ? [] : [.listed(terms.lists())])
      + (omitted.isEmpty ? [] : [.columns(ColumnSet(omitted))])
  }

  /// The mean loss and the gradients asked for: queries, keys, temperature.
  func evaluate(
    _ wanted: Set<InfoNCE.Variable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<InfoNCE.Variable> {
    let count = queries.rows
    let pass = try TiledSweep(rows: queries, columns: columns).run(
      RunningSoftmax(
        temperature: temperature, excluding: exclusions, readsOnly: !wanted.contains(.queries)),
      accumulating: wanted.contains(.queries), workers: workers)
    var negatives = RowSoftmax(pass.blocks, temperature: temperature)
    let swept = negatives.logSum
    var listed = ownAndListed()
    listed.look(queries.matrix, workers: workers)
    let rows = (0..<count).map { summary($0, &negatives, &listed) }

    let scale = 1 / (Double(count) * temperature)
    let maximum = pass.blocks.flatMap(\.maximum)
    // A row's plain negatives have coefficient weight · exp((s − maximum) / temperature).
    let weights = (0..<count).map { row in
      swept[row] == -.infinity
        ? 0
        : Float(
          scale * rows[row].push
            * exponential(Double(maximum[row]) / temperature - negatives.logSum[row]))
    }
    var gradients: [InfoNCE.Variable: Matrix] = [:]
    if var gradient = pass.accumulated {
      gradient.scaleRows { weights[$0] }
      listed.add(to: &gradient, scale: scale, workers: workers)
      gradients[.queries] = gradient
    }
    if wanted.contains(.keys) {
      let side = SoftmaxCoefficients.Side(
        shift: maximum.map { $0 == -.infinity ? 0 : $0 }, weight: weights)
      gradients[.keys] = try keyGradient(listed, side, scale: scale, workers)
    }
    let total = rows.reduce(0) { $0 + $1.loss }
    let slope = rows.reduce(0) { $0 + $1.slope }
    return Evaluation(
      loss: total / Double(count), gradients: gradients,
      temperatureGradient: wanted.contains(.temperature) ? slope / Double(count) : nil,
      selected: ["listed": terms.pairs.count])
  }

  /// Folds a row's entries into its negatives, and gives each entry its coefficient.
  private func summary(
    _ row: Int, _ negatives: inout RowSoftmax, _ listed: inout PairEntries
  ) -> Row {
    let range = listed.range(row)
    let positives = WeightedSoftmax(listed.entries[range].filter(\.isPositive), temperature)
    let others = WeightedSoftmax(listed.entries[range].filter { !$0.isPositive }, temperature)
    negatives.add(logSum: others.logSum, mean: others.mean, row: row)
    let (a, b) = (negatives.logSum[row], positives.logSum)
    let push = a == -.infinity ? 0 : logistic(a - b)
    var (target, bracket) = (0.0, 0.0)
    for place in range {
      let entry = listed.entries[place]
      let u = entry.similarity / temperature
      if entry.isPositive {
        let q = entry.weight * exponential(u - b)
        listed.entries[place].coefficient = (q - entry.target) - push * q
        target += entry.target * entry.similarity
        // The targets sum to 1: Σ t (B − u) loses fewer digits than B − Σ t u.
        bracket += entry.target * (b - u)
      } else {
        listed.entries[place].coefficient = push * entry.weight * exponential(u - a)
      }
    }
    let mean = positives.mean
    return Row(
      loss: bracket + (a == -.infinity ? 0 : softplus(a - b)),
      slope: -((mean - target) + push * (negatives.mean[row] - mean)) / (temperature * temperature),
      push: push)
  }

  /// Σ over the queries; in the batch the plain negatives' share takes a sweep of its own.
  private func keyGradient(
    _ listed: PairEntries, _ side: SoftmaxCoefficients.Side, scale: Double, _ workers: Workers
  ) throws(ContrastiveError) -> Matrix {
    var gradient = Matrix(zeros: keys.rows, by: keys.dimension)
    if inBatch {
      let swept = try TiledSweep(rows: keys, columns: queries).run(
        SoftmaxCoefficients(
          temperature: temperature, columns: side,
          excluding: [.diagonal, .listed(terms.transposedLists())]),
        accumulating: true, workers: workers
      ).accumulated
      gradient = swept ?? gradient
    }
    for row in 0..<queries.rows {
      for entry in listed.entries[listed.range(row)] where entry.place < keys.rows {
        gradient.add(
          Float(scale * entry.coefficient), times: queries.matrix.row(row), toRow: entry.place)
      }
    }
    return gradient
  }

  /// The own column and the listed ones that count, for each row.
  private func ownAndListed() -> PairEntries {
    let counted = terms.pairs.filter { $0.weight > 0 }
    let gathered = inBatch ? [] : Set(counted.lazy.map(\.column)).sorted()
    let place = Dictionary(uniqueKeysWithValues: gathered.enumerated().map { ($1, $0) })
    var entries: [Entry] = []
    var starts = [0]
    for row in 0..<queries.rows {
      entries.append(
        Entry(place: row, weight: 1, target: terms.ownTarget(row), isPositive: true))
      for pair in terms[row] where pair.weight > 0 {
        entries.append(
          Entry(
            place: inBatch ? pair.column : keys.rows + place[pair.column, default: 0],
            weight: pair.weight, target: pair.target, isPositive: pair.target > 0))
      }
      starts.append(entries.count)
    }
    return PairEntries(
      columns: gathered.isEmpty
        ? keys.matrix : keys.matrix.stacked(on: columns.rows(at: gathered)),
      entries: entries, starts: starts)
  }
}

/// Entries of each row, and the columns they point at.
struct PairEntries: Sendable {
  let columns: Matrix
  var entries: [PairedColumns.Entry]
  private let starts: [Int]
  private static let rowsPerPiece = 64

  init(columns: Matrix, entries: [PairedColumns.Entry], starts: [Int]) {
    self.columns = columns
    self.entries = entries
    self.starts = starts
  }

  func range(_ row: Int) -> Range<Int> { starts[row]..<starts[row + 1] }

  /// Computes the similarities.
  mutating func look(_ rows: Matrix, workers: Workers) {
    let (count, dimension, starts) = (rows.rows, rows.columns, starts)
    rows.withUnsafeBufferPointer { rows in
      columns.withUnsafeBufferPointer { columns in
        entries.withUnsafeMutableBufferPointer { entries in
          let (rows, columns) = (SharedReadOnlyMemory(rows), SharedReadOnlyMemory(columns))
          let entries = SharedMemory(entries)
          workers.forEach(pieces(count, Self.rowsPerPiece)) { piece, _ in
            let first = piece * Self.rowsPerPiece
            for row in first..<min(count, first + Self.rowsPerPiece) {
              for place in starts[row]..<starts[row + 1] {
                entries.base[place].similarity = RowKernels.best.dot(
                  rows + row * dimension, columns + entries.base[place].place * dimension,
                  count: dimension)
              }
            }
          }
        }
      }
    }
  }

  /// Adds scale · Σ coefficient · column to each row; the sum in Double.
  func add(to gradient: inout Matrix, scale: Double, workers: Workers) {
    let (count, dimension, starts) = (gradient.rows, gradient.columns, starts)
    gradient.withUnsafeMutableBufferPointer { gradient in
      columns.withUnsafeBufferPointer { columns in
        entries.withUnsafeBufferPointer { entries in
          let (gradient, columns) = (SharedMemory(gradient), SharedReadOnlyMemory(columns))
          let entries = SharedReadOnlyMemory(entries)
          workers.forEach(pieces(count, Self.rowsPerPiece)) { piece, _ in
            let first = piece * Self.rowsPerPiece
            withUnsafeTemporaryAllocation(of: Double.self, capacity: dimension) { sum in
              guard let sum = sum.baseAddress else { return }
              for row in first..<min(count, first + Self.rowsPerPiece) {
                let target = gradient + row * dimension
                for d in 0..<dimension { sum[d] = Double(target[d]) }
                for place in starts[row]..<starts[row + 1] {
                  let factor = scale * entries[place].coefficient
                  let column = columns + entries[place].place * dimension
                  for d in 0..<dimension { sum[d] += factor * Double(column[d]) }
                }
                for d in 0..<dimension { target[d] = Float(sum[d]) }
              }
            }
          }
        }
      }
    }
  }
}

/// log Σ w exp(s / temperature) over some entries and their weighted mean similarity.
struct WeightedSoftmax {
  private(set) var logSum = -Double.infinity
  private(set) var mean = 0.0

  init(_ entries: [PairedColumns.Entry], _ temperature: Double) {
    guard let top = entries.lazy.map(\.similarity).max() else { return }
    var (sum, spread) = (0.0, 0.0)
    for entry in entries {
      let e = entry.weight * exponential((entry.similarity - top) / temperature)
      sum += e
      spread += e * (top - entry.similarity)
    }
    guard sum > 0 else { return }
    logSum = top / temperature + logarithm(sum)
    mean = top - spread / sum
  }
}
