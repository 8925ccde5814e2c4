import Contrastive
import ContrastiveFiles
import ContrastiveTraining

/// Features of real images: those of Fashion-MNIST by an encoder as it is drawn, of unit length.
func imageFeatures(_ limit: Int) throws -> Tensor {
  guard let folder = InstalledData.fashionMNIST() else {
    throw ContrastiveError.parameter(
      name: "images", found: "no Fashion-MNIST below the data folders", expected: "`make deps`")
  }
  let pixels = try ImageFolder(path: folder).train.pixels(
    at: Array(0..<limit), workers: .all)
  let encoder = try ImageEncoder(pixels.shape, seed: 0)
  return Tensor(
    try encoder.features(of: pixels, scaling: try PixelScaling(of: pixels)).normalized().rows)
}

/// The same after a small seeded step of each, as between two epochs of training.
func moved(_ features: Tensor, by size: Float, seed: UInt64) throws -> Tensor {
  let matrix = try features.matrix(argument: "features")
  var random = CounterRandom(seed: seed)
  let step = size / Float(matrix.columns).squareRoot()
  return Tensor(
    try Matrix(
      rows: matrix.rows, columns: matrix.columns,
      values: matrix.values.map { $0 + random.uniform(-step, step) }
    ).normalized().rows)
}
