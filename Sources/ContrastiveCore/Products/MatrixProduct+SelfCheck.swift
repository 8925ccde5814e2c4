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
  /// The best of several turns of about 10 ms.
  ///
  /// - Throws: `ContrastiveError.blas` when the BLAS cannot be used.
  package func rate() throws(ContrastiveError) -> Double {
    try BLAS.prepare()
    let (rows, columns, depth) = (512, 384, 128)
    var random = CounterRandom(seed: 1)
    let a = (0..<(rows * depth)).map { _ in random.uniform(-1, 1) }
    let b = (0..<(columns * depth)).map { _ in random.uniform(-1, 1) }
    var c = [Float](repeating: 0, count: rows * columns)
    let clock = ContinuousClock()
    let work = 2e-9 * Double(rows * columns * depth)
    var best = 0.0
    for _ in 0..<5 {
      let repeats = max(1, Int(best / work / 100))
      let time = clock.measure {
        for _ in 0..<repeats {
          gemm(
            .plain, .transposed, rows: rows, columns: columns, depth: depth, a, stride: depth,
            b, stride: depth, into: &c, stride: columns)
        }
      }
      let seconds = Double(time.components.attoseconds) * 1e-18 + Double(time.components.seconds)
      best = max(best, work * Double(repeats) / seconds)
    }
    return best
  }
}
