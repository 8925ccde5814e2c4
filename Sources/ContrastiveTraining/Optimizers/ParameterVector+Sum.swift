import ContrastiveCore

extension ParameterVector {
  /// Adds another vector of the same layout, such as the gradient of another view.
  ///
  /// - Parameters:
  ///   - other: of the same layout.
  ///   - workers: who shares the work.
  public mutating func add(_ other: ParameterVector, workers: Workers = .all) {
    precondition(other.layout.count == layout.count, "another layout")
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
