import ArgumentParser
import Contrastive
import ContrastiveTraining

/// `contrastive export`.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a run's encoder for PyTorch.",
    discussion: """
      The file is safetensors. A ResNet is under torchvision's names and layouts, without fc: \
      model.fc = torch.nn.Identity(); model.load_state_dict(safetensors.torch.load_file(FILE)). \
      With the small stem also model.conv1 = nn.Conv2d(channels, 64, 3, padding=1, bias=False) and \
      model.maxpool = nn.Identity(). The small encoder is that of nn.Sequential(Conv2d, \
      BatchNorm2d, ReLU, …, AdaptiveAvgPool2d(1), Flatten()), its convolutions 3 × 3 in steps of 2 \
      with padding 1 and without bias.

      Images are to be scaled by (x - mean) / deviation, x from 0 to 1; the metadata has mean and \
      deviation, one number for each channel, with commas. The projection head is not written.

      Example:
        contrastive export --run run --output encoder.safetensors
      """)

  @Option(name: .customLong("run"), help: "Run folder of `contrastive train`.")
  var runFolder: String

  @Option(
    name: .shortAndLong, help: "Encoder to write, .safetensors, \(OutputFile.help)")
  var output: String

  func run() throws {
    let file = try OutputFile(output, format: .safetensors, inputs: [runFolder])
    let trained = try EncoderFile(path: RunFolder(path: runFolder).encoderPath)
    try trained.export(to: file.path)
    try Standard.json(
      Summary(
        encoder: trained.options.architecture, stem: trained.options.stem,
        dimension: trained.encoder.featureDimension), beside: [file])
  }

  /// What was written.
  private struct Summary: Encodable {
    let encoder: EncoderArchitecture
    let stem: EncoderStem?
    let dimension: Int
  }
}
