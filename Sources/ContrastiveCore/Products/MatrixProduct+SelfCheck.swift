extension MatrixProduct {
  /// Multiplies small matrices of awkward shapes from several threads at once and compares with
  /// plain loops.
  ///
  /// - Parameter rounds: how often each thread goes through the shapes.
  /// - Throws: `ContrastiveError.blas` naming the shape when an element is off by more than 1e-4.
  package func selfCheck(rounds: Int = 1) throws(ContrastiveError) {
    try BLAS.prepare()
    let shapes = [(1, 1, 1), (1, 17, 128), (33, 5, 7), (64, 63, 65), (17, 130, 31)]
    let modes: [(BLAS.Operation, BLAS.Operation)] = [
      (.plain, .plain), (.plain, .transposed), (.transposed, .plain),
    ]
    let cases = shapes.flatMap { shape in modes.map { (shape, $0) } }
    let count = 2 * rounds * cases.count
    var worst = [Float](repeating: 0, count: count)
    worst.withUnsafeMutableBufferPointer { buffer in
      let slots = SharedMemory(buffer)
      guard let two = try? Workers(count: 2) else { return }
      two.forEach(count) { index, _ in
        let (shape, mode) = cases[index % cases.count]
        slots[index] = worstError(shape, mode, seed: UInt64(index))
      }
    }
    for (index, error) in worst.enumerated() where !(error <= 1e-4) {
      throw .blas(
        configuration: BLAS.configuration,
        problem: "found an error of \(error) in \(name) \(cases[index % cases.count]), "
          + "expected at most 1e-4")
    }
  }

  private func worstError(
    _ shape: (rows: Int, columns: Int, depth: Int), _ mode: (BLAS.Operation, BLAS.Operation),
    seed: UInt64
  ) -> Float {
    let (rows, columns, depth) = shape
    var random = CounterRandom(seed: seed)
    let a = (0..<(rows * depth)).map { _ in random.uniform(-1, 1) }
    let b = (0..<(depth * columns)).map { _ in random.uniform(-1, 1) }
    let aStride = mode.0 == .plain ? depth : rows
    let bStride = mode.1 == .plain ? columns : depth
    var c = [Float](repeating: .nan, count: rows * columns)
    gemm(
      mode.0, mode.1, rows: rows, columns: columns, depth: depth, a, stride: aStride,
      b, stride: bStride, into: &c, stride: columns)
    var worst: Float = 0
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = 0.0
        for k in 0..<depth {
          let x = mode.0 == .plain ? a[row * depth + k] : a[k * rows + row]
          let y = mode.1 == .plain ? b[k * columns + column] : b[column * depth + k]
          sum += Double(x) * Double(y)
        }
        let error = abs(c[row * columns + column] - Float(sum))
        worst = error.isNaN ? .infinity : max(worst, error)
      }
    }
    return worst
  }

  private var name: String { self == .blas ? "sgemm" : "the packed product" }

  /// Billions of floating-point operations a second of one thread, for the similarities of a tile.
  ///
  /// The products take turns of about a millisecond, 60 each; the best of each counts.
  ///
  /// - Throws: `ContrastiveError.blas` when the BLAS cannot be used.
  package static func rates() throws(ContrastiveError) -> [MatrixProduct: Double] {
    try BLAS.prepare()
    let (rows, columns, depth) = (512, 384, 128)
    var random = CounterRandom(seed: 1)
    let a = (0..<(rows * depth)).map { _ in random.uniform(-1, 1) }
    let b = (0..<(columns * depth)).map { _ in random.uniform(-1, 1) }
    var c = [Float](repeating: 0, count: rows * columns)
    let clock = ContinuousClock()
    var rates: [MatrixProduct: Double] = [:]
    for _ in 0..<60 {
      for product in MatrixProduct.allCases {
        let time = clock.measure {
          product.gemm(
            .plain, .transposed, rows: rows, columns: columns, depth: depth, a, stride: depth,
            b, stride: depth, into: &c, stride: columns)
        }.components
        let seconds = Double(time.seconds) + Double(time.attoseconds) * 1e-18
        let rate = 2e-9 * Double(rows * columns * depth) / seconds
        rates[product] = max(rates[product] ?? 0, rate)
      }
    }
    return rates
  }
}
