import ArgumentParser
import Contrastive
import ContrastiveFiles
import ContrastiveTraining

/// `contrastive embed`.
struct EmbedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract: "Embed images with a trained encoder.",
    discussion: """
      Writes the backbone's features, .npy f4 [n, dimension], not normalized. Images are .npy u1 \
      [n,H,W] or [n,H,W,C] of any size with the channels the encoder was trained on.
      """)

  @Option(name: .customLong("run"), help: "Run folder of `contrastive train`.")
  var runFolder: String

  @Option(help: "Images, .npy.")
  var images: String

  @Option(name: .shortAndLong, help: "Features to write, .npy.")
  var output: String

  @OptionGroup var parallel: ParallelOptions

  func run() throws {
    let pixels = try ImageSet(imagesPath: images).pixels
    let trained = try EncoderFile(path: RunFolder(path: runFolder).encoderPath, for: pixels.shape)
    let features = try trained.encoder.features(
      of: pixels, scaling: trained.scaling, workers: parallel.workers)
    try NPYFile.write(Tensor(features), to: output)
    try Standard.json(
      ["rows": features.rows, "dimension": features.columns])
  }
}
