import Contrastive

/// SimCLR with the debiased loss `DCL` (Chuang et al., "Debiased Contrastive Learning", NeurIPS
/// 2020).
///
/// Two views of every image pass the encoder as one batch; the expected share of false
/// negatives is subtracted from each anchor's negatives. The method has no state.
public enum DCLMethod {
  /// The options of debiased contrastive learning.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.dcl.rawValue

    /// Softmax temperature τ; 0.5 in the paper and its code, 0.2 here.
    public var temperature = 0.2
    /// τ⁺, the probability that a negative is of the anchor's class; 0.1 in the authors' code for
    /// ten classes.
    public var tauPlus = 0.1

    /// The default options.
    public init() {}

    /// Validates the options.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
      try requireShare(tauPlus, "tau_plus")
    }

    /// Debiased contrastive learning with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let objective = try DCL(temperature: temperature, tauPlus: tauPlus)
      return try PairedViewMethod(start) { _, _ in objective }
    }
  }
}
