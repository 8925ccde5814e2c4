import ContrastiveCore
import Testing

/// The product by bfloat16 parts: bits alike with and without AMX, errors below those of the fused
/// one, and numbers of any magnitude.
@Suite struct SplitProductTests {
  /// Operands of some shape, their magnitudes spread over powers of two.
  private struct Operands {
    let shape: (rows: Int, columns: Int, depth: Int)
    let a: [Float]
    let b: [Float]

    init(_ shape: (rows: Int, columns: Int, depth: Int), spread: Int = 0, scale: Float = 1) {
      self.shape = shape
      var random = CounterRandom(seed: 5)
      func numbers(_ count: Int, _ scale: Float) -> [Float] {
        (0..<count).map { _ in
          let power = spread == 0 ? 0 : Int(random.uniform(Float(-spread), Float(spread)))
          return scale * random.uniform(-1, 1) * Float(sign: .plus, exponent: power, significand: 1)
        }
      }
      a = numbers(shape.rows * shape.depth, scale)
      b = numbers(shape.columns * shape.depth, 1 / scale)
    }

    func multiplied(by product: PackedProduct) -> [Float] {
      var c = [Float](repeating: .nan, count: shape.rows * shape.columns)
      product.gemm(
        .plain, .transposed, rows: shape.rows, columns: shape.columns, depth: shape.depth, a,
        stride: shape.depth, b, stride: shape.depth, adding: false, into: &c,
        stride: shape.columns)
      return c
    }

    /// The mean of |found − expected| / (‖row‖ · ‖column‖).
    func error(of found: [Float]) -> Double {
      var sum = 0.0
      for row in 0..<shape.rows {
        for column in 0..<shape.columns {
          var (dot, own, other) = (0.0, 0.0, 0.0)
          for k in 0..<shape.depth {
            let (x, y) = (a[row * shape.depth + k], b[column * shape.depth + k])
            dot += Double(x) * Double(y)
            own += Double(x) * Double(x)
            other += Double(y) * Double(y)
          }
          let scale = max((own * other).squareRoot(), .leastNormalMagnitude)
          sum += abs(Double(found[row * shape.columns + column]) - dot) / scale
        }
      }
      return sum / Double(found.count)
    }
  }

  private static let shapes = [
    (1, 1, 1), (15, 17, 3), (16, 16, 32), (17, 33, 31), (32, 32, 64), (33, 47, 65), (63, 31, 255),
    (65, 64, 257),
  ]

  @Test(arguments: shapes) func bitsAreThoseOfThePortableOne(
    _ shape: (rows: Int, columns: Int, depth: Int)
  ) throws {
    for operands in [
      Operands(shape), Operands(shape, spread: 40), Operands(shape, scale: 1e-33),
      Operands(shape, spread: 20, scale: 1e28),
    ] {
      let found = PackedProduct.availableSplit.map(operands.multiplied)
      #expect(found.allSatisfy { $0 == found[0] })
      #expect(found[0].allSatisfy { $0.isFinite })
    }
  }

  /// Half the error of sums of products one by one, whatever the magnitudes.
  @Test func isMoreExactThanTheFusedOne() {
    for scale in [1, 1e-35, 1e30] as [Float] {
      let operands = Operands((33, 65, 256), scale: scale)
      let own = operands.error(of: operands.multiplied(by: .split))
      let fused = operands.error(of: operands.multiplied(by: .fused))
      // Seen: 5e-9, and 0.48 of the fused one's.
      #expect(own < 0.7 * fused && own < 2e-8, "\(scale): \(own), \(fused)")
    }
  }

  /// Rows and columns of which the first is far smaller or larger than the rest, and zeros.
  @Test func rowsHaveScalesOfTheirOwn() throws {
    let depth = 70
    let powers: [Float] = [1, 1e-38, 1e31, 0, 700 * .leastNonzeroMagnitude]
    let a = powers.flatMap { power in (0..<depth).map { power * Float($0 % 7 - 2) } }
    let b: [Float] = [1, 1e-3, 1e3].flatMap { power in (0..<depth).map { power * Float($0 % 5) } }
    for product in PackedProduct.availableSplit {
      var c = [Float](repeating: .nan, count: 15)
      product.gemm(
        .plain, .transposed, rows: 5, columns: 3, depth: depth, a, stride: depth, b, stride: depth,
        adding: false, into: &c, stride: 3)
      for place in 0..<15 {
        let expected = (0..<depth).reduce(0.0) {
          $0 + Double(a[place / 3 * depth + $1]) * Double(b[place % 3 * depth + $1])
        }
        let limit = abs(expected) * 1e-6 + 2 * Double(Float.leastNonzeroMagnitude)
        #expect(abs(Double(c[place]) - expected) <= limit, "\(product.name), \(place)")
      }
    }
  }
}
