import ContrastiveCore

extension ParameterVector {
  /// Adds another vector of the same layout, such as the gradient of another view.
  ///
  /// - Parameters:
  ///   - other: of the same layout.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError.shape` when `other` has another layout.
  public mutating func add(_ other: ParameterVector, workers: Workers = .all)
    throws(ContrastiveError)
  {
    try layout.require(other, "other")
    other.values.withUnsafeBufferPointer { other in
      values.withUnsafeMutableBufferPointer { values in
        let (source, target) = (SharedReadOnlyMemory(other), SharedMemory(values))
        workers.forEach(Pieces(target.count, of: 32_768)) { piece, _ in
          let (x, y) = (source + piece.lowerBound, target + piece.lowerBound)
          for index in 0..<piece.count { y[index] += x[index] }
        }
      }
    }
  }
}
