/// V views of B images with prototypes and queues: the tables of scores that SwAV works on.
///
/// Tables are cut by the problem alone: into pieces of rows, or of prototypes.
struct SwappedViews: Sendable {
  let views: Matrix
  /// V.
  let count: Int
  /// A, the views that give codes.
  let assigned: Int
  let prototypes: Matrix
  let queue: [Matrix]

  /// Rows of a piece, of scores or of prototypes.
  private static let piece = 128

  /// - Throws: `ContrastiveError`: `.shape`, `.empty`, `.nonFinite`, `.tooLarge`.
  init(
    views: Matrix, count: Int, assigned: Int, prototypes: Matrix, queue: [Matrix]
  ) throws(ContrastiveError) {
    let all = Operand("views", views)
    let columns = Operand("prototypes", prototypes)
    try all.requireRows()
    try requireShape(
      count >= max(2, assigned) && views.rows % count == 0, all.name,
      "\(count) views in \(views.shape)", "at least \(max(2, assigned)) views of equally many rows")
    try columns.requireRows()
    try columns.requireDimension(of: all)
    try requireShape(
      queue.isEmpty || queue.count == assigned, "queue", "\(queue.count) queues",
      "\(assigned), one for each view that gives codes")
    try all.requireFinite()
    try columns.requireFinite()
    for (index, rows) in queue.enumerated() {
      let earlier = Operand("queue[\(index)]", rows)
      try earlier.requireDimension(of: all)
      try earlier.requireFinite()
    }
    self.views = views
    self.count = count
    self.assigned = assigned
    self.prototypes = prototypes
    self.queue = queue
  }

  /// B.
  var images: Int { views.rows / count }

  /// What a row's cross-entropy counts: 1 / (A (V − 1) B).
  var weight: Double { 1 / (Double(assigned) * Double(count - 1) * Double(images)) }

  /// Scores of the views that give codes, each after those of its queue: [(L + B) × P].
  func assignedScores(_ workers: Workers) -> [Matrix] {
    (0..<assigned).map { view in
      let rows = views.rows((view * images)..<((view + 1) * images))
      return scores(of: queue.isEmpty ? rows : queue[view].stacked(on: rows), workers)
    }
  }

  /// Scores of a view, [B × P].
  func scores(of view: Int, _ workers: Workers) -> Matrix {
    scores(of: views.rows((view * images)..<((view + 1) * images)), workers)
  }

  private func scores(of rows: Matrix, _ workers: Workers) -> Matrix {
    let (width, dimension) = (prototypes.rows, prototypes.columns)
    return Matrix(rows: rows.rows, columns: width) { table in
      let table = SharedMemory(table)
      rows.withSharedMemory(and: prototypes) { rows, columns in
        workers.forEachRun(of: table.count / width, size: Self.piece) { piece in
          workers.product.gemm(
            .plain, .transposed, rows: piece.count, columns: width, depth: dimension,
            rows + piece.lowerBound * dimension, stride: dimension,
            columns.base, stride: dimension,
            into: table + piece.lowerBound * width, stride: width)
        }
      }
    }
  }

  /// The cross-entropies of a view's last B rows of scores with the codes of the other views,
  /// summed; leaves `weight` × the gradient for the scores in those rows.
  ///
  /// With m a row's maximum, t its codes from one other view and Q = Σ t, a cross-entropy is
  /// Q · log Σ exp((s − m)/temperature) + (Q · m − ⟨t, s⟩)/temperature, and its gradient
  /// (Q · softmax − t)/temperature.
  func predict(
    _ table: inout Matrix, from codes: [Matrix], view: Int, temperature: Double,
    coefficients: Bool, workers: Workers
  ) -> Double {
    let (width, skipped) = (table.columns, table.rows - images)
    let scale = weight / temperature
    let losses = SharedArray(repeating: 0.0, count: images)
    let found = losses.memory
    let others = codes.indices.filter { $0 != view }
    table.withMutableSharedMemory { table in
      workers.forEachRun(of: images, size: Self.piece) { piece in
        for row in piece {
          let scores = table + (skipped + row) * width
          var (maximum, sum, spread, rescale) = (-Float.infinity, 0.0, 0.0, Float(1))
          var (mass, along) = (0.0, 0.0)
          for other in others {
            codes[other].withSharedMemory {
              let target = $0 + row * width
              mass += RowKernels.best.sum(target, count: width)
              along += RowKernels.best.dot(target, scores, count: width)
            }
          }
          RowKernels.best.softmaxUpdate(
            Tile(rows: 0..<1, columns: 0..<width, values: scores, stride: width),
            inverseTemperature: Float(1 / temperature), maximum: &maximum, sum: &sum,
            spread: &spread, rescale: &rescale)
          found[row] = mass * logarithm(sum) + (mass * Double(maximum) - along) / temperature
          guard coefficients else { continue }
          // The softmax's share goes with the first view's codes: one pass over the row instead of
          // two.
          var share = Float(scale * mass / sum)
          if others.isEmpty { scores.update(repeating: 0, count: width) }
          for other in others {
            codes[other].withSharedMemory {
              let target = $0 + row * width
              for column in 0..<width {
                scores[column] = share * scores[column] - Float(scale) * target[column]
              }
            }
            share = 1
          }
        }
      }
    }
    return losses.elements.reduce(0, +)
  }

  /// Adds what a view's table of score gradients gives: G · W to the view's rows, Gᵀ · z to the
  /// prototypes.
  func addGradients(
    of view: Int, _ table: Matrix, views forViews: inout Matrix?,
    prototypes forPrototypes: inout Matrix?, _ workers: Workers
  ) {
    let (width, dimension, skipped) = (prototypes.rows, views.columns, table.rows - images)
    let first = view * images * dimension
    let (givesViews, givesPrototypes) = (forViews != nil, forPrototypes != nil)
    table.withSharedMemory { table in
      views.withSharedMemory(and: prototypes) { rows, columns in
        forViews.withMutableSharedMemory { toRows in
          workers.forEachRun(of: givesViews ? images : 0, size: Self.piece) { piece in
            workers.product.gemm(
              rows: piece.count, columns: dimension, depth: width,
              table + (skipped + piece.lowerBound) * width, stride: width,
              columns.base, stride: dimension,
              into: toRows + (first + piece.lowerBound * dimension), stride: dimension)
          }
        }
        forPrototypes.withMutableSharedMemory { toColumns in
          workers.forEachRun(of: givesPrototypes ? width : 0, size: Self.piece) { piece in
            workers.product.gemm(
              .transposed, .plain, rows: piece.count, columns: dimension, depth: images,
              table + (skipped * width + piece.lowerBound), stride: width, rows + first,
              stride: dimension,
              adding: true, into: toColumns + piece.lowerBound * dimension, stride: dimension)
          }
        }
      }
    }
  }
}
