import ContrastiveCore

/// Seeded inputs: the same numbers for the same arguments on every machine.
public enum TestData {
  /// Numbers drawn uniformly from `range`.
  public static func numbers(
    _ count: Int, in range: Range<Float> = -1..<1, seed: UInt64
  ) -> [Float] {
    var random = CounterRandom(seed: seed, stream: UInt64(count))
    return (0..<count).map { _ in random.uniform(range.lowerBound, range.upperBound) }
  }

  /// Whole numbers drawn uniformly from 0 ..< `bound`.
  public static func integers(_ count: Int, below bound: Int, seed: UInt64) -> [Int] {
    var random = CounterRandom(seed: seed, UInt64(count), UInt64(bound))
    return (0..<count).map { _ in random.index(below: bound) }
  }

  /// A matrix of elements drawn uniformly from `range`.
  public static func matrix(
    _ rows: Int, _ columns: Int, in range: Range<Float> = -1..<1, seed: UInt64
  ) throws -> Matrix {
    var random = CounterRandom(seed: seed, stream: UInt64(rows * 10_007 + columns))
    return try Matrix(
      rows: rows, columns: columns,
      values: (0..<(rows * columns)).map { _ in
        random.uniform(range.lowerBound, range.upperBound)
      })
  }

  /// Rows of unit length, elements first drawn from [−1, 1).
  public static func embeddings(_ rows: Int, _ dimension: Int, seed: UInt64) throws -> Matrix {
    unit(try matrix(rows, dimension, seed: seed))
  }

  /// Unit rows that differ from those given by noise of relative size `noise`.
  public static func near(_ matrix: Matrix, noise: Float, seed: UInt64) throws -> Matrix {
    let other = try embeddings(matrix.rows, matrix.columns, seed: seed)
    let values = zip(matrix.values, other.values).map { $0 + noise * $1 }
    return unit(try Matrix(rows: matrix.rows, columns: matrix.columns, values: values))
  }

  /// Rows of about unit length that differ by units in the last place: of their dot products Double
  /// knows the order, Float32 does not.
  public static func nearlyEqual(_ rows: Int, _ dimension: Int, seed: UInt64) throws -> Matrix {
    let row = try embeddings(1, dimension, seed: seed).values
    let moves = integers(rows * dimension, below: 3, seed: seed + 1)
    return Matrix(
      rows: rows, columns: dimension,
      sharing: moves.enumerated().map { place, move in
        let value = row[place % dimension]
        return move == 0 ? value : move == 1 ? value.nextUp : value.nextDown
      })
  }

  /// Pixels of colored images of three classes: image i is brightest in channel i mod 3.
  public static func images(_ count: Int, height: Int, width: Int) -> [UInt8] {
    var random = CounterRandom(seed: 7, stream: UInt64(count))
    return (0..<count).flatMap { image in
      (0..<(height * width * 3)).map { position in
        UInt8(random.index(below: 100) + (position % 3 == image % 3 ? 120 : 0))
      }
    }
  }

  private static func unit(_ matrix: Matrix) -> Matrix {
    let values = (0..<matrix.rows).flatMap { index -> [Float] in
      let row = matrix.row(index).map(Double.init)
      let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return row.map { Float($0 / norm) }
    }
    return Matrix(rows: matrix.rows, columns: matrix.columns, sharing: values)
  }
}

extension Matrix {
  /// The rows in Double, as the definitions in `_Reference` take them.
  public var doubles: [[Double]] { (0..<rows).map { row($0).map(Double.init) } }
}
