import ContrastiveCore

extension ParameterVector {
  /// Moves toward another vector: `self ← momentum · self + (1 − momentum) · other`.
  ///
  /// - Parameters:
  ///   - other: of the same layout.
  ///   - momentum: what is kept, 0 … 1.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError.shape` when `other` has another layout.
  public mutating func average(
    with other: ParameterVector, momentum: Float, workers: Workers = .all
  ) throws(ContrastiveError) {
    try layout.require(other, "other")
    let rest = 1 - momentum
    other.values.withUnsafeBufferPointer { other in
      values.withUnsafeMutableBufferPointer { values in
        let (source, target) = (SharedReadOnlyMemory(other), SharedMemory(values))
        workers.forEach(Pieces(target.count, of: 32_768)) { piece, _ in
          let (x, y) = (source + piece.lowerBound, target + piece.lowerBound)
          for index in 0..<piece.count { y[index] = momentum * y[index] + rest * x[index] }
        }
      }
    }
  }
}
