import Contrastive

/// SimCLR (Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations",
/// ICML 2020).
///
/// Two views of every image pass the encoder as one batch. NT-Xent contrasts each view's positive,
/// the other view of its image, with all other views of the batch. The method has no state.
public enum SimCLR {
  /// The options of SimCLR.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.simclr.rawValue

    /// Softmax temperature τ; 0.1 in the paper for ImageNet, 0.5 for CIFAR-10 with batches of
    /// this size, 0.2 here.
    public var temperature = 0.2

    /// The default options.
    public init() {}

    /// Validates the options.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
    }

    /// SimCLR with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let objective = try NTXent(temperature: temperature)
      return try PairedViewMethod(start) { _, _ in objective }
    }
  }
}
