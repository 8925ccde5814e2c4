/// The matrix products of a pass: similarities of a tile, and coefficients times columns.
///
/// In 16 bits where rows and columns are so encoded, else in Float32.
struct TileProduct: Sendable {
  let rows: SharedReadOnlyMemory<Float>
  let columns: ColumnMemory
  let dimension: Int
  let product: MatrixProduct
  let codes: Codes?

  /// The rows of both operands in 16 bits.
  struct Codes: Sendable {
    let rows: Rows
    let columns: ShortRows

    /// Which rows are encoded.
    enum Rows: Sendable {
      case all(ShortRows)
      /// The first of `TwinRows`.
      case firstTwins(ShortRows)
    }

    /// Nil where one of them has none.
    init?(_ rows: Operand, _ columns: Operand) {
      guard let others = columns.codes else { return nil }
      if let own = rows.codes {
        self.rows = .all(own)
      } else if let own = rows.firstTwins {
        self.rows = .firstTwins(own)
      } else {
        return nil
      }
      self.columns = others
    }

    /// Whether no product is in Float32.
    var areAll: Bool { if case .all = rows { true } else { false } }
  }

  /// The similarities of some rows and some columns: exactly one single-threaded product, or one of
  /// each kind of twins.
  ///
  /// `packed` are those columns, as `columns.pack` gives them.
  func tile(
    _ rowRange: Range<Int>, _ columnRange: Range<Int>, packed: UnsafePointer<Float>,
    in memory: UnsafeMutablePointer<Float>
  ) -> Tile {
    let tile = Tile(
      rows: rowRange, columns: columnRange, values: memory, stride: columnRange.count)
    guard let codes else {
      multiply(from: rowRange.lowerBound, packed: packed, into: tile)
      return tile
    }
    switch codes.rows {
    case .all(let own): own.similarities(of: tile, with: codes.columns)
    case .firstTwins(let own):
      let (first, second) = TwinRows.tiles(of: tile)
      own.similarities(of: first, with: codes.columns)
      multiply(from: rowRange.lowerBound + first.rows.count, packed: packed, into: second)
    }
    return tile
  }

  private func multiply(from row: Int, packed: UnsafePointer<Float>, into tile: Tile) {
    product.gemm(
      .plain, .transposed, rows: tile.rows.count, columns: tile.columns.count, depth: dimension,
      rows + row * dimension, stride: dimension,
      packed, stride: dimension,
      into: tile.values, stride: tile.stride)
  }

  /// sum ← [adding] · sum + tile · (its columns, packed).
  func accumulate(
    _ tile: Tile, packed: UnsafePointer<Float>, into sum: UnsafeMutablePointer<Float>,
    adding: Bool
  ) {
    if let codes { return codes.columns.accumulate(tile, into: sum, adding: adding) }
    product.gemm(
      rows: tile.rows.count, columns: dimension, depth: tile.columns.count,
      tile.values, stride: tile.stride,
      packed, stride: dimension,
      adding: adding, into: sum, stride: dimension)
  }

  /// sum ← sum + tileᵀ · (its rows).
  func accumulateTransposed(_ tile: Tile, into sum: UnsafeMutablePointer<Float>) {
    if case .all(let own) = codes?.rows { return own.accumulateTransposed(tile, into: sum) }
    product.gemm(
      .transposed, .plain, rows: tile.columns.count, columns: dimension, depth: tile.rows.count,
      tile.values, stride: tile.stride,
      rows + tile.rows.lowerBound * dimension, stride: dimension,
      adding: true, into: sum, stride: dimension)
  }

  /// Multiplies each row of `dimension` elements by its factor.
  func scale(
    _ values: UnsafeMutablePointer<Float>, by factors: UnsafePointer<Float>, rows: Int
  ) {
    for row in 0..<rows where factors[row] != 1 {
      let (start, factor) = (values + row * dimension, factors[row])
      for column in 0..<dimension { start[column] *= factor }
    }
  }

  /// Adds factor × each row of `dimension` elements to another.
  func add(
    _ values: UnsafePointer<Float>, times factors: UnsafePointer<Float>,
    to sum: UnsafeMutablePointer<Float>, rows: Int
  ) {
    for row in 0..<rows {
      let (from, into) = (values + row * dimension, sum + row * dimension)
      let factor = factors[row]
      for column in 0..<dimension { into[column] += factor * from[column] }
    }
  }
}
