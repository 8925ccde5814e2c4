/// Points that were checked once, with what every iteration needs to know of them.
struct PreparedPoints: Sendable {
  let matrix: Matrix
  let metric: KMeans.Metric
  /// The name in errors.
  let argument: String
  /// ‖x‖².
  let norms: [Float]
  /// Σ ‖x‖².
  let squaredNorm: Double
  /// Largest magnitude of a coordinate.
  let largest: Float

  init(
    _ points: Matrix, argument: String, metric: KMeans.Metric, zeroRows: ZeroRows, workers: Workers
  ) throws(ContrastiveError) {
    let operand = Operand(argument, points)
    try operand.requireRows()
    try requireShape(
      points.rows <= Int(UInt32.max), argument, points.shape, "at most \(UInt32.max) rows")
    switch metric {
    case .euclidean:
      matrix = points
    case .spherical:
      matrix = try points.normalized(argument: argument, zeroRows: zeroRows).rows
    }
    self.metric = metric
    self.argument = argument
    let dimension = points.columns
    let sizes = matrix.eachSharedRow(of: RowSize.self, workers: workers) { _, row in
      RowSize(row, columns: dimension)
    }
    // An element that is not finite, or too large, shows in its row's square.
    let limit = Double(operand.limit)
    if sizes.contains(where: { !($0.square <= limit * limit) }) { try operand.requireFinite() }
    norms = sizes.map { Float($0.square) }
    squaredNorm = sizes.reduce(0) { $0 + $1.square }
    largest = sizes.reduce(0) { max($0, $1.largest) }
    // ‖x − c‖² is up to four times this.
    if let row = norms.firstIndex(where: { $0 > 4e37 }) {
      let values = matrix.row(row)
      let column = values.indices.max { abs(values[$0]) < abs(values[$1]) } ?? 0
      throw .tooLarge(
        argument: argument, row: row, column: column,
        found: "\(values[column])", limit: "the elements of a row of norm 6.3e18")
    }
  }

  /// Whether a point may be a centroid: one without direction is none on the sphere.
  func canSeed(_ row: Int) -> Bool { metric == .euclidean || norms[row] > 0 }

  var rows: Int { matrix.rows }
  var dimension: Int { matrix.columns }
}

extension Matrix {
  /// ‖row‖², summed in Double.
  func squaredNorms(workers: Workers) -> [Float] {
    rowDots(self, workers: workers).map { Float($0) }
  }

  /// One value for each row, where each of several processes computes and reads a part of the rows.
  func eachSharedRow<Value: BitwiseCopyable & Sendable>(
    of type: Value.Type, workers: Workers,
    _ body: @Sendable (_ index: Int, _ row: UnsafePointer<Float>) -> Value
  ) -> [Value] {
    let (rows, columns) = (rows, columns)
    // Wide rows, such as scores of many prototypes, make smaller runs.
    let size = max(1, 131_072 / max(1, columns))
    return withSharedMemory { values in
      [Value](unsafeUninitializedCapacity: rows) { buffer, initialized in
        let results = SharedMemory(buffer)
        workers.forEach(
          pieces(rows, size), filling: results, from: { min(rows, $0 * size) }
        ) { piece, _ in
          for row in (piece * size)..<min(rows, (piece + 1) * size) {
            (results + row).initialize(to: body(row, values + row * columns))
          }
        }
        initialized = rows
      }
    }
  }
}

/// How large a row is.
private struct RowSize: BitwiseCopyable, Sendable {
  /// ‖x‖², summed in Double.
  let square: Double
  /// The largest magnitude of an element.
  let largest: Float

  init(_ row: UnsafePointer<Float>, columns: Int) {
    square = RowKernels.best.dot(row, row, count: columns)
    var bits: UInt32 = 0
    // The bits of a magnitude order as the magnitudes do, and whole numbers vectorize.
    for column in 0..<columns { bits = max(bits, row[column].bitPattern & 0x7fff_ffff) }
    largest = Float(bitPattern: bits)
  }
}
