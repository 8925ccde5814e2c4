/// Unit mixes of two bank rows, or of the anchor and a bank row, for each anchor.
///
/// A mix w = x · a + (1 − x) · b is never formed. With everything in Double,
/// ```
/// ⟨q, w/‖w‖⟩ = (x ⟨q, a⟩ + (1 − x) ⟨q, b⟩) / ‖w‖
/// ‖w‖² = x² ⟨a, a⟩ + (1 − x)² ⟨b, b⟩ + 2x (1 − x) ⟨a, b⟩
/// ```
/// and where the two nearly cancel, element by element. Complexity: five dot products a mix.
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

  func count(row: Int) -> Int { weights.columns }

  func mix(
    _ place: Int, row: Int, anchor: UnsafePointer<Float>, source: UnsafePointer<Float>
  ) -> RowMix? {
    let width = self.source.columns
    let index = row * weights.columns + place
    let share = Double(weights[row, place])
    let rest = 1 - share
    let second = rows[partner == .bank ? 2 * index + 1 : index]
    let first = partner == .bank ? rows[2 * index] : second
    let a = partner == .bank ? source + first * width : anchor
    let b = source + second * width
    func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>) -> Double {
      RowKernels.best.dot(x, y, count: width)
    }
    let parts = (share * share * dot(a, a), rest * rest * dot(b, b))
    let toFirst = dot(anchor, a)
    let toSecond = partner == .bank ? dot(anchor, b) : dot(a, b)
    var square =
      parts.0 + parts.1 + 2 * share * rest * (partner == .bank ? dot(a, b) : toSecond)
    var along = share * toFirst + rest * toSecond
    if square < 1e-6 * (parts.0 + parts.1) {
      (square, along) = (0, 0)
      for d in 0..<width {
        let element = share * Double(a[d]) + rest * Double(b[d])
        square += element * element
        along += Double(anchor[d]) * element
      }
    }
    guard square > 0 else { return nil }
    let norm = max(square.squareRoot(), 1e-12)
    switch partner {
    case .bank:
      return RowMix(
        similarity: along / norm, first: (first, share / norm), second: (second, rest / norm))
    case .anchor:
      return RowMix(similarity: along / norm, first: (second, rest / norm), own: share / norm)
    }
  }
}
