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
      [n,H,W] or [n,H,W,C] (channels last) of any size with the channels the encoder was trained on.
      """)

  @Option(name: .customLong("run"), help: "Run folder of `contrastive train`.")
  var runFolder: String

  @Option(help: "Images, .npy.")
  var images: String

  @Option(name: .shortAndLong, help: "Features to write, .npy, \(OutputFile.help)")
  var output: String

  @OptionGroup var parallel: ParallelOptions

  func run() throws {
    let file = try OutputFile(output, format: .npy, inputs: [images, runFolder])
    let pixels = try ImageSet(imagesPath: images).pixels
    Standard.error("\(pixels.count) images of \(pixels.shape) (height × width × channels)\n")
    let trained = try EncoderFile(path: RunFolder(path: runFolder).encoderPath, for: pixels.shape)
    let features = try trained.encoder.features(
      of: pixels, scaling: trained.scaling, workers: parallel.workers)
    try NPYFile.write(Tensor(features), to: file.path)
    try Standard.json(["rows": features.rows, "dimension": features.columns], beside: file)
  }
}
