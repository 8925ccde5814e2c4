import Contrastive
import ContrastiveFiles
import FoundationEssentials

/// A trained encoder on disk: its parameters and running statistics in a safetensors file.
///
/// ```
/// backbone.convolution1.weight, …   F32, as `ImageEncoder.tensors` names and shapes them
/// __metadata__.encoder              JSON: format, height, width, channels, widths, kernel, stride,
///                                   head (hidden, outputs, normalization), mean, deviation; of a
///                                   residual network also architecture and stem
/// __metadata__.mean, .deviation     one number for each channel on the scale 0 … 1, with commas
/// __metadata__.checksum             CRC-32 of all this
/// ```
public struct EncoderFile: Sendable {
  /// The encoder.
  public let encoder: ImageEncoder
  /// How bytes become its inputs.
  public let scaling: PixelScaling
  /// The architecture.
  public var options: EncoderOptions { description.options }
  private let description: Description

  private struct Description: Codable {
    var format = 2
    var height: Int
    var width: Int
    var channels: Int
    var architecture: EncoderArchitecture?
    var stem: EncoderStem?
    var widths: [Int]
    var kernel: Int
    var stride: Int
    var head: Head
    var mean: [Float]
    var deviation: [Float]

    var options: EncoderOptions {
      EncoderOptions(
        architecture ?? .small, stem: stem, widths: widths, kernel: kernel, stride: stride,
        head: head)
    }
  }

  /// What is to be saved.
  public init(_ encoder: ImageEncoder, options: EncoderOptions, scaling: PixelScaling) {
    self.encoder = encoder
    self.scaling = scaling
    let shape = encoder.inputShape
    let isSmall = options.architecture == .small
    description = Description(
      height: shape.height, width: shape.width, channels: shape.channels,
      architecture: isSmall ? nil : options.architecture,
      stem: isSmall ? nil : options.stem ?? .usual(for: shape), widths: options.widths,
      kernel: options.kernel, stride: options.stride, head: options.head,
      mean: scaling.mean, deviation: scaling.deviation)
  }

  /// Reads an encoder.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - shape: the images it will be given, of any size and the right number of channels; those it
  ///     was trained on when nil.
  /// - Throws: `ContrastiveError.file`, or `.shape` when the channels or the tensors do not fit.
  public init(path: String, for shape: ImageShape? = nil) throws(ContrastiveError) {
    try self.init(SafetensorsFile(path: path), for: shape)
  }

  /// What a file that was read holds.
  package init(_ file: SafetensorsFile, for shape: ImageShape? = nil) throws(ContrastiveError) {
    let path = file.path ?? "encoder"
    try file.checkSeal()
    guard let text = file.metadata["encoder"] else {
      throw .file(path: path, problem: "is not an encoder: it has no metadata \"encoder\"")
    }
    guard let read = try? JSONDecoder().decode(Description.self, from: Data(text.utf8)),
      read.format == 2
    else {
      throw .file(path: path, problem: "has metadata \"encoder\" that this version cannot read")
    }
    description = read
    let trained = try ImageShape(height: read.height, width: read.width, channels: read.channels)
    let shape = shape ?? trained
    try requireShape(
      shape.channels == trained.channels, "images", "\(shape.channels) channels",
      "\(trained.channels), as the encoder was trained on")
    var tensors: [NamedTensor] = []
    for (name, tensor) in file.tensors {
      tensors.append(
        NamedTensor(
          name: name, shape: tensor.shape, values: try tensor.float32s(argument: name)))
    }
    encoder = try ImageEncoder(shape, options: read.options, loading: tensors)
    scaling = try PixelScaling(mean: read.mean, deviation: read.deviation)
  }

  /// Saves the encoder.
  ///
  /// - Parameter path: the file's name; its folder must exist.
  /// - Throws: `ContrastiveError.file`.
  public func write(to path: String) throws(ContrastiveError) {
    var tensors: [String: Tensor] = [:]
    for tensor in encoder.tensors {
      tensors[tensor.name] = try Tensor(shape: tensor.shape, elements: .float32(tensor.values))
    }
    let file = SafetensorsFile(
      tensors: tensors,
      metadata: scaling.metadata.merging(["encoder": try JSONText.encode(description)]) { $1 })
    try file.sealed().write(to: path)
  }
}
