import ContrastiveCore

extension ParameterLayout {
  /// A run of elements within one slot, the unit that workers share.
  struct Piece: Sendable {
    /// Index of the slot.
    let slot: Int
    /// Elements of the whole vector.
    let range: Range<Int>
    /// Whether weight decay applies.
    let decays: Bool
  }

  /// All elements, slot by slot, in runs of at most 32,768.
  var pieces: [Piece] {
    slots.enumerated().flatMap { index, slot in
      let cut = Pieces(slot.range.count, of: 32_768)
      return (0..<cut.count).map { piece in
        let start = slot.range.lowerBound
        return Piece(
          slot: index, range: (start + cut[piece].lowerBound)..<(start + cut[piece].upperBound),
          decays: slot.decays)
      }
    }
  }
}

extension Workers {
  /// The Euclidean norms of each slot's weights and of its gradient with decay.
  ///
  /// ‖w‖ and ‖g + decay · w‖. Squares are summed in Double, piece by piece.
  func slotNorms(
    _ layout: ParameterLayout, weights: SharedReadOnlyMemory<Float>,
    gradient: SharedReadOnlyMemory<Float>, decay: Float
  ) -> (weights: [Double], gradients: [Double]) {
    let pieces = layout.pieces
    var squares = [Double](repeating: 0, count: 2 * pieces.count)
    squares.withUnsafeMutableBufferPointer { buffer in
      let squares = SharedMemory(buffer)
      forEach(pieces.count) { index, _ in
        let piece = pieces[index]
        let (w, g) = (weights + piece.range.lowerBound, gradient + piece.range.lowerBound)
        let pull = piece.decays ? decay : 0
        var (first, second) = (0.0, 0.0)
        for offset in 0..<piece.range.count {
          let (weight, moved) = (Double(w[offset]), Double(g[offset] + pull * w[offset]))
          first += weight * weight
          second += moved * moved
        }
        squares[2 * index] = first
        squares[2 * index + 1] = second
      }
    }
    var norms = (
      weights: [Double](repeating: 0, count: layout.slots.count),
      gradients: [Double](repeating: 0, count: layout.slots.count)
    )
    for (index, piece) in pieces.enumerated() {
      norms.weights[piece.slot] += squares[2 * index]
      norms.gradients[piece.slot] += squares[2 * index + 1]
    }
    return (norms.weights.map { $0.squareRoot() }, norms.gradients.map { $0.squareRoot() })
  }
}
