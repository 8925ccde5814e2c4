import Contrastive

extension MethodStart {
  /// A random unit vector for each image, with which a bank of all images starts.
  ///
  /// - Throws: `ContrastiveError.zeroNorm`.
  func randomRows() throws(ContrastiveError) -> Matrix {
    var random = CounterRandom.stream(.bank, seed: options.seed)
    let columns = online.projectionDimension
    let values = Initialization.normal(deviation: 1).values(images * columns, using: &random)
    return try Matrix(rows: images, columns: columns, values: values).normalized().rows
  }
}
