import Contrastive
import ContrastiveFiles

extension EncoderFile {
  /// Saves the backbone for PyTorch: a safetensors file that `load_state_dict` takes with
  /// `strict=True`.
  ///
  /// ```
  /// conv1.weight F32 [64 × 3 × 3 × 3], bn1.weight, …   a residual network: torchvision's names,
  ///                                                    its fc an Identity
  /// 0.weight F32 [32 × 1 × 3 × 3], 1.weight, …         the small encoder: those of nn.Sequential(
  ///                                                    Conv2d, BatchNorm2d, ReLU, …,
  ///                                                    AdaptiveAvgPool2d(1), Flatten)
  /// ….num_batches_tracked I64 []                       0: the momentum is fixed, so that PyTorch
  ///                                                    has no use for the count
  /// __metadata__.mean, .deviation                      one number for each channel on the scale
  ///                                                    0 … 1, with commas: (x − mean) / deviation
  /// __metadata__.architecture, .stem                   such as resnet18 and small
  /// __metadata__.format                                pt
  /// ```
  ///
  /// - Parameter path: the file to write.
  /// - Throws: `ContrastiveError.file`.
  public func export(to path: String) throws(ContrastiveError) {
    let layout = TorchTensors(of: encoder)
    var tensors: [String: Tensor] = [:]
    for array in layout.arrays {
      let values = encoder.network.parameters[array.name] ?? encoder.network.buffers[array.name]
      tensors[array.torchName] = try Tensor(
        shape: array.torchShape, elements: .float32(array.torchValues(Array(values ?? []))))
    }
    for name in layout.counters {
      tensors[name] = try Tensor(shape: [], elements: .int64([0]))
    }
    var metadata = scaling.metadata
    metadata["format"] = "pt"
    metadata["architecture"] = options.architecture.rawValue
    metadata["stem"] = options.stem?.rawValue
    try SafetensorsFile(tensors: tensors, metadata: metadata).write(to: path)
  }
}
