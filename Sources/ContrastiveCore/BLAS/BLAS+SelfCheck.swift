extension BLAS {
  /// Multiplies small matrices of awkward shapes from several threads at once and compares with
  /// plain loops; an element may be off by 1e-4.
  package static func selfCheck(rounds: Int = 1) throws(ContrastiveError) {
    try prepare()
    let shapes = [(1, 1, 1), (1, 17, 128), (33, 5, 7), (64, 63, 65), (17, 130, 31)]
    let modes: [(Operation, Operation)] = [
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
        configuration: configuration,
        problem: "found an error of \(error) in sgemm \(cases[index % cases.count]), "
          + "expected at most 1e-4")
    }
  }

  private static func worstError(
    _ shape: (rows: Int, columns: Int, depth: Int), _ mode: (Operation, Operation), seed: UInt64
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
}
