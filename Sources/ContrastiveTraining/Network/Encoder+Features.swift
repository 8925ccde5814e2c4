import ContrastiveCore

extension Encoder {
  /// The features of many images, in evaluation mode and in bounded memory.
  ///
  /// - Parameters:
  ///   - pixels: images of `inputShape`.
  ///   - scaling: the scaling that the encoder was trained with.
  ///   - batch: images in memory as Float32 at a time, at least 1; it may change the last bits.
  ///   - workers: who shares the work.
  /// - Returns: [images × `featureDimension`], not normalized.
  /// - Throws: `ContrastiveError.parameter` or `.shape` when an argument does not fit.
  public func features(
    of pixels: Pixels, scaling: PixelScaling, batch: Int = 512, workers: Workers = .all
  ) throws(ContrastiveError) -> Matrix {
    guard batch > 0 else {
      throw .parameter(name: "batch", found: "\(batch)", expected: "at least 1")
    }
    var values: [Float] = []
    values.reserveCapacity(pixels.count * featureDimension)
    var start = 0
    while start < pixels.count {
      let range = start..<min(start + batch, pixels.count)
      let images = try pixels.activations(range, scaling: scaling, workers: workers)
      values += try features(of: images, workers: workers).values
      start = range.upperBound
    }
    return try Matrix(rows: pixels.count, columns: featureDimension, values: values)
  }
}
