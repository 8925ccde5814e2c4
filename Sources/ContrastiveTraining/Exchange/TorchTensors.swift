import Contrastive
import ContrastiveFiles

/// An encoder's backbone under the names and in the layouts that PyTorch has for it.
///
/// A residual network has torchvision's names (`layer1.0.conv1.weight`); the small encoder those of
/// `nn.Sequential(Conv2d, BatchNorm2d, ReLU, …, AdaptiveAvgPool2d(1), Flatten)`: `0.weight`,
/// `1.weight`, `1.bias`, `1.running_mean`, `1.running_var`, `3.weight`, …
struct TorchTensors {
  /// An array of the backbone.
  struct Array {
    /// Its name in the encoder, such as `backbone.layer1.0.bn1.scale`.
    let name: String
    /// Its name in PyTorch, such as `layer1.0.bn1.weight`.
    let torchName: String
    /// Extents in the encoder.
    let shape: [Int]
    /// Extents in PyTorch.
    let torchShape: [Int]
  }

  /// The arrays, in the encoder's order: parameters, then running statistics.
  let arrays: [Array]
  /// The names of the counters that PyTorch keeps with running statistics.
  let counters: [String]

  /// The arrays of an encoder's backbone.
  init(of encoder: ImageEncoder) {
    let kernels = encoder.convolutionKernels
    let slots = encoder.network.parameters.layout.slots + encoder.network.buffers.layout.slots
    var (arrays, counters) = ([Array](), [String]())
    for slot in slots where slot.name.hasPrefix("backbone.") {
      let dot = slot.name.lastIndex(of: ".") ?? slot.name.endIndex
      let layer = String(slot.name[..<dot])
      let torchLayer = Self.torchName(of: layer)
      let (name, shape) =
        switch String(slot.name[slot.name.index(after: dot)...]) {
        case "weight":
          ("weight", Self.torchShape(slot.shape, kernel: kernels[layer] ?? 1))
        case "scale": ("weight", slot.shape)
        case "shift": ("bias", slot.shape)
        case "runningMean": ("running_mean", slot.shape)
        default: ("running_var", slot.shape)
        }
      arrays.append(
        Array(
          name: slot.name, torchName: "\(torchLayer).\(name)", shape: slot.shape, torchShape: shape)
      )
      if name == "running_mean" { counters.append("\(torchLayer).num_batches_tracked") }
    }
    (self.arrays, self.counters) = (arrays, counters)
  }

  /// The small encoder's convolution and normalization i are numbers 3(i − 1) and 3(i − 1) + 1.
  private static func torchName(of layer: String) -> String {
    for (place, kind) in ["convolution", "normalization"].enumerated() {
      let prefix = "backbone.\(kind)"
      guard layer.hasPrefix(prefix), let number = Int(layer.dropFirst(prefix.count)) else {
        continue
      }
      return "\(3 * (number - 1) + place)"
    }
    return String(layer.dropFirst("backbone.".count))
  }

  private static func torchShape(_ shape: [Int], kernel: Int) -> [Int] {
    [shape[1], shape[0] / (kernel * kernel), kernel, kernel]
  }
}

extension TorchTensors.Array {
  /// Numbers in PyTorch's order.
  ///
  /// A convolution's are by output, input, kernel row and kernel column in PyTorch, here by kernel
  /// row, kernel column, input and output. Others stay as they are.
  func torchValues(_ values: [Float]) -> [Float] {
    move { from, to, result in result[to] = values[from] } ?? values
  }

  /// Numbers in PyTorch's order in the encoder's.
  func values(_ torchValues: [Float]) -> [Float] {
    move { to, from, result in result[to] = torchValues[from] } ?? torchValues
  }

  /// Calls `body(place in the encoder, place in PyTorch, result)`; nil for what is no convolution.
  private func move(_ body: (Int, Int, inout [Float]) -> Void) -> [Float]? {
    guard torchShape.count == 4 else { return nil }
    let (outputs, inputs, positions) = (torchShape[0], torchShape[1], torchShape[2] * torchShape[3])
    var result = [Float](repeating: 0, count: outputs * inputs * positions)
    for position in 0..<positions {
      for input in 0..<inputs {
        for output in 0..<outputs {
          body(
            (position * inputs + input) * outputs + output,
            (output * inputs + input) * positions + position, &result)
        }
      }
    }
    return result
  }
}

extension ImageEncoder {
  /// Height and width of every convolution's kernel, by the layer's name.
  var convolutionKernels: [String: Int] {
    var kernels: [String: Int] = [:]
    func visit(_ name: String, _ layer: any Layer) {
      switch layer {
      case let layer as Convolution: kernels[name] = layer.kernel
      case is WinogradConvolution: kernels[name] = 3
      case let block as ResidualBlock:
        for part in block.parts { visit("\(name).\(part.name)", part.layer) }
      default: break
      }
    }
    for named in network.layers { visit(named.name, named.layer) }
    return kernels
  }
}
