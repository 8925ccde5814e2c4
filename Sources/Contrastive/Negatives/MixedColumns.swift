/// Unit mixes of two bank rows, or of the anchor and a bank row, for each anchor.
///
/// A mix w = x · a + (1 − x) · b is never formed. With everything in Double,
/// ```
/// ⟨q, w/‖w‖⟩ = (x ⟨q, a⟩ + (1 − x) ⟨q, b⟩) / ‖w‖
/// ‖w‖² = x² ⟨a, a⟩ + (1 − x)² ⟨b, b⟩ + 2x (1 − x) ⟨a, b⟩
/// ```
/// and where the two nearly cancel, element by element. Complexity: a dot product for each bank row
/// and each anchor, and three for each pair mix, one for each mix with the anchor.
struct MixedColumns: RowColumns {
  /// What the first part of a mix is.
  enum Partner: Sendable {
    /// The first of two bank rows.
    case bank
    /// The anchor itself.
    case anchor
  }

  let name: String
  let source: Matrix
  let partner: Partner
  /// Bank rows: two for each mix with a bank row, one for each mix with the anchor.
  let rows: [Int]
  /// Shares of the first part, [anchors × mixes].
  let weights: Matrix
  /// Squared lengths of the bank's rows and of the anchors.
  private let squares: (source: [Double], anchors: [Double])

  init(
    name: String, source: Matrix, anchors: Matrix, partner: Partner, rows: [Int], weights: Matrix
  ) {
    self.name = name
    self.source = source
    self.partner = partner
    self.rows = rows
    self.weights = weights
    squares =
      rows.isEmpty
      ? ([], []) : (source.rowDots(source), partner == .anchor ? anchors.rowDots(anchors) : [])
  }

  func count(row: Int) -> Int { weights.columns }

  /// The bank rows of a mix; the same twice where the first part is the anchor.
  private func parts(_ place: Int, row: Int) -> (first: Int, second: Int) {
    let index = row * weights.columns + place
    return partner == .bank
      ? (rows[2 * index], rows[2 * index + 1]) : (rows[index], rows[index])
  }

  func measure(
    _ place: Int, row: Int, anchor: UnsafePointer<Float>, source: UnsafePointer<Float>
  ) -> RowMeasure? {
    let width = self.source.columns
    let share = Double(weights[row, place])
    let rest = 1 - share
    let (first, second) = parts(place, row: row)
    let b = source + second * width
    let a = partner == .bank ? source + first * width : anchor
    func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>) -> Double {
      RowKernels.best.dot(x, y, count: width)
    }
    let square = partner == .bank ? squares.source[first] : squares.anchors[row]
    let lengths = (share * share * square, rest * rest * squares.source[second])
    let toFirst = partner == .bank ? dot(anchor, a) : square
    let toSecond = dot(anchor, b)
    var total =
      lengths.0 + lengths.1 + 2 * share * rest * (partner == .bank ? dot(a, b) : toSecond)
    var along = share * toFirst + rest * toSecond
    if total < 1e-6 * (lengths.0 + lengths.1) {
      (total, along) = (0, 0)
      for d in 0..<width {
        let element = share * Double(a[d]) + rest * Double(b[d])
        total += element * element
        along += Double(anchor[d]) * element
      }
    }
    guard total > 0 else { return nil }
    let norm = total.squareRoot()
    return RowMeasure(similarity: along / norm, norm: norm)
  }

  func mix(_ place: Int, row: Int, norm: Double) -> RowMix {
    let share = Double(weights[row, place])
    let (first, second) = parts(place, row: row)
    switch partner {
    case .bank: return RowMix(first: (first, share / norm), second: (second, (1 - share) / norm))
    case .anchor: return RowMix(first: (second, (1 - share) / norm), own: share / norm)
    }
  }
}
