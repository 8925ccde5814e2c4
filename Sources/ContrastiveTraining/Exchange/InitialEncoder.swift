import Contrastive
import ContrastiveFiles

/// A backbone to start from: that of a run, or one under PyTorch's names.
///
/// The file is a run's `encoder.safetensors`, or holds arrays under torchvision's names, as
/// `contrastive export` and `safetensors.torch.save_file(model.state_dict(), …)` write them. The
/// head always starts at random: `head.*` and `fc.*` are not looked at.
public struct InitialEncoder: Sendable {
  private let path: String
  private let tensors: [String: Tensor]
  /// Whether the file is a run's.
  private let isOfRun: Bool
  private let storedScaling: PixelScaling?

  /// Reads a file.
  ///
  /// - Parameter path: a safetensors file.
  /// - Throws: `ContrastiveError.file`.
  public init(path: String) throws(ContrastiveError) {
    let file = try SafetensorsFile(path: path)
    try file.checkSeal()
    self.path = path
    tensors = file.tensors
    isOfRun =
      file.metadata["encoder"] != nil
      && file.tensors.keys.contains { $0.hasPrefix("backbone.") }
    storedScaling =
      isOfRun
      ? try EncoderFile(path: path).scaling : try PixelScaling(metadata: file.metadata, path: path)
  }

  /// The scaling of the images that the backbone was trained on; nil where the file has none, but
  /// ImageNet's for three channels under PyTorch's names.
  ///
  /// - Parameter channels: of the images.
  /// - Returns: the scaling.
  /// - Throws: `ContrastiveError.file` for a scaling of other channels.
  public func scaling(channels: Int) throws(ContrastiveError) -> PixelScaling? {
    guard let storedScaling else { return channels == 3 ? try .imageNet() : nil }
    guard storedScaling.mean.count == channels else {
      throw .file(
        path: path,
        problem: "is of an encoder of \(storedScaling.mean.count) channels, "
          + "expected \(channels), as the images have")
    }
    return storedScaling
  }

  /// Replaces an encoder's backbone; nothing changes when it throws.
  ///
  /// - Parameter encoder: of the architecture and the stem that the file's arrays have.
  /// - Throws: `ContrastiveError.file` naming an array that is missing, has another shape, holds a
  ///   number that is not finite, or has no place in the encoder.
  public func load(into encoder: inout ImageEncoder) throws(ContrastiveError) {
    let layout = TorchTensors(of: encoder)
    var known = Set(layout.counters)
    var values: [String: [Float]] = [:]
    for array in layout.arrays {
      let name = isOfRun ? array.name : array.torchName
      known.insert(name)
      let shape = isOfRun ? array.shape : array.torchShape
      let stored = try numbers(name, shape: shape, of: encoder)
      values[array.name] = isOfRun ? stored : array.values(stored)
    }
    let unknown = tensors.keys.filter {
      !known.contains($0) && !$0.hasPrefix("fc.") && !$0.hasPrefix("head.")
    }
    if let name = unknown.sorted().first {
      throw .file(
        path: path,
        problem: "has a tensor \(name) that a \(encoder.architecture) has no place for\(hint)")
    }
    encoder.network.parameters.replace(values)
    encoder.network.buffers.replace(values)
  }

  /// What the file seems to be, from the names of its tensors.
  private var hint: String {
    let prefix = isOfRun ? "backbone." : ""
    func has(_ name: String) -> Bool { tensors[prefix + name] != nil }
    let found: EncoderArchitecture? =
      has("layer1.0.conv3.weight")
      ? (has("layer3.6.conv1.weight") ? nil : .resnet50)
      : has("layer1.2.conv1.weight")
        ? .resnet34
        : has("layer1.0.conv1.weight")
          ? .resnet18 : has(isOfRun ? "convolution1.weight" : "0.weight") ? .small : nil
    return found.map { "; the file seems to be a \($0)'s" } ?? ""
  }

  private func numbers(
    _ name: String, shape: [Int], of encoder: ImageEncoder
  ) throws(ContrastiveError) -> [Float] {
    guard let tensor = tensors[name] else {
      let prefixed = tensors.keys.filter { $0.hasSuffix("." + name) }.sorted().first
      throw .file(
        path: path,
        problem: "has no tensor \(name), which a \(encoder.architecture) needs"
          + (prefixed.map { "; the names here start with \"\($0.dropLast(name.count))\"" } ?? hint)
      )
    }
    guard tensor.shape == shape else {
      func text(_ shape: [Int]) -> String {
        "[\(shape.map(String.init).joined(separator: " × "))]"
      }
      throw .file(
        path: path,
        problem: "has a tensor \(name) of \(text(tensor.shape)), expected \(text(shape))")
    }
    let values = try tensor.float32s(argument: name)
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw .file(
        path: path, problem: "has a tensor \(name) with \(values[place]) at position \(place)")
    }
    return values
  }
}

extension ParameterVector {
  /// Replaces the arrays that have new values.
  fileprivate mutating func replace(_ arrays: [String: [Float]]) {
    for slot in layout.slots {
      if let found = arrays[slot.name] { values.replaceSubrange(slot.range, with: found) }
    }
  }
}
