import Contrastive

/// The online encoder's projections of the views of a batch, each of length 1, and the way back.
///
/// Neighboring views of one size pass the encoder as one batch, so that its normalizations see them
/// together, as in SimCLR and SwAV; views of other sizes pass after them.
struct ViewProjections: Sendable {
  /// [views · images × dimension]: view v of image b is row v · images + b.
  let rows: Matrix
  /// Images of the batch.
  let images: Int
  private let normalized: NormalizedRows
  private let passes: [(rows: Range<Int>, tape: Network.Tape)]

  /// Encodes the views.
  ///
  /// - Parameters:
  ///   - views: at least one, each of the same images.
  ///   - online: its running statistics move.
  ///   - workers: the threads to use.
  /// - Throws: `ContrastiveError`, such as `.nonFinite` when training has diverged.
  init(
    of views: [Activations], by online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) {
    guard let first = views.first else { throw .empty(argument: "views") }
    var values: [Float] = []
    var passes: [(rows: Range<Int>, tape: Network.Tape)] = []
    var (start, row) = (0, 0)
    while start < views.count {
      let end = views[start...].firstIndex { $0.shape != views[start].shape } ?? views.count
      let batch = try Activations(joining: Array(views[start..<end]))
      let (projections, tape) = try online.forward(batch, workers: workers)
      values += projections.values
      passes.append((row..<(row + batch.count), tape))
      (start, row) = (end, row + batch.count)
    }
    images = first.count
    normalized = try Matrix(rows: row, columns: online.projectionDimension, values: values)
      .directions(argument: "projections")
    rows = normalized.rows
    self.passes = passes
  }

  /// The unit projections of one view.
  func view(_ index: Int) -> Matrix { rows.rows((index * images)..<((index + 1) * images)) }

  /// ∂loss/∂parameters of the encoder from ∂loss/∂rows.
  ///
  /// - Parameters:
  ///   - gradient: of the rows' shape.
  ///   - online: the encoder, its parameters as they were.
  ///   - workers: the threads to use.
  /// - Returns: a vector of the encoder's layout.
  /// - Throws: `ContrastiveError.shape` when `gradient` has another shape.
  func backward(
    _ gradient: Matrix, through online: ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> ParameterVector {
    let slope = try normalized.backward(gradient)
    var total: ParameterVector?
    for pass in passes {
      let part = try online.backward(slope.rows(pass.rows), tape: pass.tape, workers: workers)
      try total?.add(part, workers: workers)
      total = total ?? part
    }
    return total ?? ParameterVector(zeros: online.network.parameters.layout)
  }

  /// The same from the gradients of two views.
  func backward(
    _ first: Matrix?, _ second: Matrix?, through online: ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> ParameterVector {
    let blank = Matrix(zeros: images, by: rows.columns)
    return try backward(
      (first ?? blank).stacked(on: second ?? blank), through: online, workers: workers)
  }
}
