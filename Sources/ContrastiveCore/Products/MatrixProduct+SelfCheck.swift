extension MatrixProduct {
  /// Multiplies matrices from several threads at once and compares with what must come out.
  ///
  /// - Parameter rounds: how often each of two threads goes through the products.
  /// - Throws: `ContrastiveError.blas` naming the product and the first wrong element.
  package func selfCheck(rounds: Int = 1) throws(ContrastiveError) {
    if self == .blas { try BLAS.prepare() }
    let checks = Check.all(self)
    let faults = try Workers(count: 2).map(2 * rounds * checks.count) { index in
      checks[index % checks.count].fault(seed: UInt64(index))
    }
    for case let fault? in faults {
      throw .blas(configuration: BLAS.configuration, problem: fault)
    }
  }

  /// What is wrong with the first wrong product of one round on this thread.
  var firstFault: String? {
    for check in Check.all(self) {
      if let fault = check.fault(seed: 0) { return fault }
    }
    return nil
  }

  /// Billions of floating-point operations a second of one thread, for the similarities of a tile.
  ///
  /// Of those that the processor has instructions for. They take turns of about a millisecond, 60
  /// each; the best of each counts.
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
      for product in MatrixProduct.accelerated {
        let time = clock.measure {
          product.gemm(
            .plain, .transposed, rows: rows, columns: columns, depth: depth, a, stride: depth,
            b, stride: depth, into: &c, stride: columns)
        }
        let rate = 2e-9 * Double(rows * columns * depth) / time.seconds
        rates[product] = max(rates[product] ?? 0, rate)
      }
    }
    return rates
  }
}

/// A product of whole numbers that are so small that every sum is exact in any order: then one
/// bit that is wrong is an error, not rounding.
private struct Check: Sendable {
  let name: String
  let shape: (rows: Int, columns: Int, depth: Int)
  let mode: (a: BLAS.Operation, b: BLAS.Operation)
  /// What multiplies in Float32; the BLAS in Double where there is none.
  let product: MatrixProduct?

  /// Awkward small shapes and a larger one in every mode that is used, and one like a tile in that
  /// of similarities; of the BLAS in Double the small ones, too.
  static func all(_ product: MatrixProduct) -> [Check] {
    let small = [(1, 1, 1), (1, 17, 128), (33, 5, 7), (17, 130, 31)]
    let modes: [(BLAS.Operation, BLAS.Operation)] = [
      (.plain, .plain), (.plain, .transposed), (.transposed, .plain),
    ]
    let name = product == .blas ? "sgemm" : "the \(product.rawValue) product"
    let similarities = Check(
      name: name, shape: (256, 384, 64), mode: (.plain, .transposed), product: product)
    let single =
      (small + [(112, 144, 48)]).flatMap { shape in
        modes.map { Check(name: name, shape: shape, mode: $0, product: product) }
      } + [similarities]
    guard product == .blas else { return single }
    return single
      + small.flatMap { shape in
        modes.map { Check(name: "dgemm", shape: shape, mode: $0, product: nil) }
      }
  }

  func fault(seed: UInt64) -> String? {
    guard let product else {
      return fault(seed: seed, guard: Double.nan) { a, b, c in
        // Rows of `gemm` in Double follow each other.
        BLAS.gemm(
          mode.a, mode.b, rows: shape.rows, columns: shape.columns, depth: shape.depth, a, b,
          into: c)
      }
    }
    return fault(seed: seed, guard: Float.nan) { a, b, c in
      product.gemm(
        mode.a, mode.b, rows: shape.rows, columns: shape.columns, depth: shape.depth, a,
        stride: mode.a == .plain ? shape.depth : shape.rows, b,
        stride: mode.b == .plain ? shape.columns : shape.depth, into: c,
        stride: shape.columns)
    }
  }

  /// Compares C · x with A · (B · x) for x = 1, 2, …: a single wrong element shows in its row.
  private func fault<Number: BinaryFloatingPoint>(
    seed: UInt64, guard past: Number,
    _ multiply: (
      UnsafePointer<Number>, UnsafePointer<Number>, UnsafeMutablePointer<Number>
    ) -> Void
  ) -> String? {
    let (rows, columns, depth) = shape
    // Sums stay below 2²⁴, and numbers have more bits than those of reduced precision.
    let largest = min(2047, Int((Double(1 << 24) / Double(depth)).squareRoot()) - 1)
    var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    func number() -> Number {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Number(Int((state >> 40) % UInt64(2 * largest + 1)) - largest)
    }
    let a = (0..<(rows * depth)).map { _ in number() }
    let b = (0..<(depth * columns)).map { _ in number() }
    var c = [Number](repeating: past, count: rows * columns + 1)
    c.withUnsafeMutableBufferPointer { c in
      if let base = c.baseAddress { multiply(a, b, base) }
    }
    let what = "\(name) [\(rows) × \(depth)] · [\(depth) × \(columns)]"
    guard c[rows * columns].isNaN else { return "\(what) writes beyond its result" }
    let (aRow, aDepth) = mode.a == .plain ? (depth, 1) : (1, rows)
    let (bDepth, bColumn) = mode.b == .plain ? (columns, 1) : (1, depth)
    var weighted = [Double](repeating: 0, count: depth)
    for k in 0..<depth {
      for column in 0..<columns {
        weighted[k] += Double(b[k * bDepth + column * bColumn]) * Double(column + 1)
      }
    }
    for row in 0..<rows {
      var (expected, found) = (0.0, 0.0)
      for k in 0..<depth { expected += Double(a[row * aRow + k * aDepth]) * weighted[k] }
      for column in 0..<columns {
        found += Double(c[row * columns + column]) * Double(column + 1)
      }
      guard found != expected else { continue }
      for column in 0..<columns {
        var element = 0.0
        for k in 0..<depth {
          element +=
            Double(a[row * aRow + k * aDepth]) * Double(b[k * bDepth + column * bColumn])
        }
        let value = Double(c[row * columns + column])
        if value != element {
          return "\(what) has \(value) at row \(row), column \(column), expected \(element)"
        }
      }
      return "\(what) is wrong in row \(row)"
    }
    return nil
  }
}
