/// Sinkhorn's factors of rows and columns in logarithms.
struct SinkhornPotentials {
  private let scores: Matrix
  private let inverse: Double
  private let workers: Workers
  /// u.
  private var columns: [Double]
  /// w.
  private var rows: [Double]

  /// Rows of a piece: their scores stay in a cache while they are gone over three times.
  private static let piece = 64

  init(scores: Matrix, inverse: Double, workers: Workers) {
    self.scores = scores
    self.inverse = inverse
    self.workers = workers
    columns = [Double](repeating: 0, count: scores.columns)
    rows = [Double](repeating: 0, count: scores.rows)
  }

  /// u from w, then w from u; the codes.
  mutating func normalize() -> Matrix {
    columns = columnLogSums()
    let (count, inverse, columns) = (scores.columns, inverse, columns)
    let (workers, watch) = (workers, CancelationWatch(workers, steps: scores.rows))
    return rows.withMutableSharedMemory { rows in
      scores.withSharedMemory { scores in
        Matrix(rows: rows.count, columns: count) { codes in
          let codes = SharedMemory(codes)
          workers.forEachRun(of: rows.count, size: Self.piece) { run in
            for row in run where !watch.isCanceled {
              rows[row] = SinkhornKernels.best.softmax(
                scores + row * count, count: count, inverse: inverse, shifts: columns,
                into: codes + row * count)
            }
          }
        }
      }
    }
  }

  /// Puts log(ΣΣ exp A / B) into w.
  mutating func normalizeTotal() {
    let each = rowLogSums()
    let top = each.max() ?? 0
    let total = top + logarithm(each.reduce(0) { $0 + exponential($1 - top) })
    rows = [Double](repeating: total - logarithm(Double(each.count)), count: each.count)
  }

  /// Takes factors of the codes into the logarithms.
  mutating func divide(byRows rowFactors: [Double], columns columnFactors: [Double]) {
    for row in rows.indices { rows[row] -= logarithm(rowFactors[row]) }
    for column in columns.indices { columns[column] -= logarithm(columnFactors[column]) }
  }

  /// exp(A − u − w) of some rows.
  func codes(_ wanted: Range<Int>) -> Matrix {
    let (count, inverse) = (scores.columns, inverse)
    let (columns, rows) = (columns, rows)
    return scores.withSharedMemory { scores in
      Matrix(rows: wanted.count, columns: count) { codes in
        let codes = SharedMemory(codes)
        workers.forEachRun(of: wanted.count, size: Self.piece) { run in
          for row in run {
            let source = wanted.lowerBound + row
            SinkhornKernels.best.exponentials(
              scores + source * count, count: count, inverse: inverse, shifts: columns,
              shift: rows[source], into: codes + row * count)
          }
        }
      }
    }
  }

  private func rowLogSums() -> [Double] {
    let (count, inverse, columns) = (scores.columns, inverse, columns)
    return scores.withSharedMemory { scores in
      workers.map(rows.count, runs: Self.piece) { row in
        SinkhornKernels.best.logSumExp(
          scores + row * count, count: count, inverse: inverse, shifts: columns)
      }
    }
  }

  /// log Σ_b exp(A_bk − w_b): maxima and sums of each piece of rows, merged in their order.
  private func columnLogSums() -> [Double] {
    let (count, inverse, rows) = (scores.columns, inverse, rows)
    let cuts = pieces(scores.rows, Self.piece)
    let maxima = SharedArray(repeating: -Double.infinity, count: cuts * count)
    let sums = SharedArray(repeating: 0.0, count: cuts * count)
    let (tops, totals) = (maxima.memory, sums.memory)
    scores.withSharedMemory { scores in
      workers.forEachUntilCanceled(cuts) { cut, _ in
        let own = (cut * Self.piece)..<min(rows.count, (cut + 1) * Self.piece)
        for row in own {
          SinkhornKernels.best.raiseMaxima(
            scores + row * count, count: count, inverse: inverse, shift: rows[row],
            maxima: tops + cut * count)
        }
        for row in own {
          SinkhornKernels.best.addExponentials(
            scores + row * count, count: count, inverse: inverse, shift: rows[row],
            maxima: tops + cut * count, to: totals + cut * count)
        }
      }
    }
    return (0..<count).map { column in
      var top = -Double.infinity
      for cut in 0..<cuts { top = max(top, tops[cut * count + column]) }
      var sum = 0.0
      for cut in 0..<cuts {
        sum += totals[cut * count + column] * exponential(tops[cut * count + column] - top)
      }
      return top + logarithm(sum)
    }
  }
}
