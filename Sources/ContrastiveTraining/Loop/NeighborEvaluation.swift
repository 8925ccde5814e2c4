import Contrastive

/// Weighted kNN accuracy of an encoder's features on a data set: training images vote on test
/// images.
struct NeighborEvaluation: Sendable {
  let train: ImageSet
  let test: ImageSet
  let scaling: PixelScaling
  let classifier: WeightedKNN
  let workers: Workers

  /// Accuracy of the backbone's features.
  func accuracy(of encoder: Encoder) throws(ContrastiveError) -> Double {
    try accuracy(
      train: encoder.features(of: train.pixels, scaling: scaling, workers: workers),
      test: encoder.features(of: test.pixels, scaling: scaling, workers: workers))
  }

  /// Accuracy of the pixels themselves.
  ///
  /// An image without a bright pixel has no direction; it is given that of an even gray.
  func accuracyOfPixels() throws(ContrastiveError) -> Double {
    try accuracy(train: rows(of: train.pixels), test: rows(of: test.pixels))
  }

  private func accuracy(train: Matrix, test: Matrix) throws(ContrastiveError) -> Double {
    try classifier.accuracy(
      queries: test, queryLabels: (self.test.labels ?? []).map { Int($0) }, bank: train,
      bankLabels: (self.train.labels ?? []).map { Int($0) }, workers: workers)
  }

  private func rows(of images: Pixels) -> Matrix {
    let size = images.shape.count
    return Matrix(rows: images.count, columns: size) { values in
      for image in 0..<images.count {
        let range = (image * size)..<((image + 1) * size)
        let blank = images.bytes[range].allSatisfy { $0 == 0 }
        for index in range {
          values.initializeElement(at: index, to: blank ? 1 : Float(images.bytes[index]))
        }
      }
    }
  }
}
