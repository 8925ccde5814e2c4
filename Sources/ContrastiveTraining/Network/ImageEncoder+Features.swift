import ContrastiveCore

extension ImageEncoder {
  /// The features of many images, in evaluation mode and in bounded memory.
  ///
  /// - Parameters:
  ///   - images: of `inputShape`, or of another size and as many channels.
  ///   - scaling: the scaling that the encoder was trained with.
  ///   - size: images in memory as Float32 at a time, at least 1; it may change the last bits. 512
  ///     when nil, fewer of images with more than 16,384 numbers.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: [images × `featureDimension`], not normalized.
  /// - Throws: `ContrastiveError.parameter` or `.shape` when an argument does not fit, and what the
  ///   source throws.
  public func features(
    of images: some ImageSource, scaling: PixelScaling, batch size: Int? = nil,
    workers: Workers = .all
  ) throws(ContrastiveError) -> Matrix {
    let size = size ?? images.shape.imagesPerBatch
    try requireParameter(size > 0, "batch", size, "at least 1")
    var values: [Float] = []
    values.reserveCapacity(images.count * featureDimension)
    for start in stride(from: 0, to: images.count, by: size) {
      try workers.checkCanceled()
      let range = start..<min(start + size, images.count)
      let batch = try images.activations(range, scaling: scaling, workers: workers)
      values += try features(of: batch, workers: workers).values
    }
    return try Matrix(rows: images.count, columns: featureDimension, values: values)
  }
}
