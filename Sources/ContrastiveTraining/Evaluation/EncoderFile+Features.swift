import Contrastive

extension EncoderFile {
  /// The features of images, of which none is zero.
  ///
  /// Features without direction, as an encoder of rectified features may give, become those of
  /// equal numbers: a measure of angles then has an answer.
  ///
  /// - Parameters:
  ///   - images: of any size and the encoder's number of channels.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: [images × feature dimension], not normalized.
  /// - Throws: `ContrastiveError` as `ImageEncoder.features`.
  public func features(
    of images: some ImageSource, workers: Workers = .all
  ) throws(ContrastiveError) -> Matrix {
    try encoder.features(of: images, scaling: scaling, workers: workers).withoutZeroRows()
  }

  /// The features of images, computed away from the caller's actor.
  ///
  /// - Parameters:
  ///   - images: of any size and the encoder's number of channels.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: what the function that is not asynchronous returns.
  /// - Throws: `ContrastiveError` as `ImageEncoder.features`.
  @concurrent public func features(
    of images: some ImageSource, workers: Workers = .all
  ) async throws(ContrastiveError) -> Matrix {
    func now() throws(ContrastiveError) -> Matrix { try features(of: images, workers: workers) }
    return try now()
  }

  /// The features of a random view of each image, the same in every evaluation: a crop of at least
  /// three tenths of the area, and brightness and contrast changed by up to a half.
  ///
  /// For the alignment of different encoders to be comparable the views are not those of the run.
  ///
  /// - Parameters:
  ///   - images: of any size and the encoder's number of channels.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: [images × feature dimension], not normalized.
  /// - Throws: `ContrastiveError` as `ImageEncoder.features`.
  public func viewFeatures(
    of images: some ImageSource, workers: Workers = .all
  ) throws(ContrastiveError) -> Matrix {
    let recipe = ViewRecipe(
      [
        try RandomResizedCrop(scale: 0.3...1),
        try BrightnessContrast(brightness: 0.5, contrast: 0.5),
      ], scaling: scaling)
    var values: [Float] = []
    values.reserveCapacity(images.count * encoder.featureDimension)
    try images.forEachRange(workers: workers) { range throws(ContrastiveError) in
      let views = try recipe.views(
        of: images, range, seed: 0, epoch: 0, view: 0, workers: workers)
      values += try encoder.features(of: views, workers: workers).values
    }
    return try Matrix(
      rows: images.count, columns: encoder.featureDimension, values: values
    ).withoutZeroRows()
  }
}
