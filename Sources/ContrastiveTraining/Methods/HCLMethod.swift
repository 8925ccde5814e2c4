import Contrastive

/// SimCLR with the loss `HCL` (Robinson et al., "Contrastive Learning with Hard Negative Samples",
/// ICLR 2021).
///
/// Two views of every image pass the encoder as one batch; negatives are weighted by
/// their similarity to the anchor, and debiased as in `DCL`. The method has no state.
public enum HCLMethod {
  /// The options of learning with hard negatives.
  public struct Options: MethodOptions {
    /// The method's name in files and on the command line.
    public static let name = MethodName.hcl.rawValue

    /// Softmax temperature τ; 0.5 in the paper and its code, 0.2 here.
    public var temperature = 0.2
    /// τ⁺, the probability that a negative is of the anchor's class; 0.1 in the authors' code for
    /// ten classes.
    public var tauPlus = 0.1
    /// β, the concentration of the weights on hard negatives.
    ///
    /// 1 in the authors' code at a temperature of 0.5. It multiplies the similarity over the
    /// temperature, so that 0.5 here weighs as 1.25 there.
    public var beta = 0.5
    /// Whether β falls to 0 in nine steps over the run, as the authors' code can let it; it does
    /// not by default.
    public var annealed = false

    /// The default options.
    public init() {}

    /// Validates the options.
    public func validate(_ options: TrainingOptions) throws(ContrastiveError) {
      try requireTemperature(temperature)
      try requireShare(tauPlus, "tau_plus")
      try require(0...1e6 ~= beta, "beta", beta, "0 … 1e6")
    }

    /// Learning with hard negatives with these options.
    public func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      try PairedViewMethod(start) { step, steps throws(ContrastiveError) in
        try objective(at: step, of: steps)
      }
    }

    /// The objective of a step.
    func objective(at step: Int, of steps: Int) throws(ContrastiveError) -> HCL {
      let part = annealed ? Double(min(9, 10 * step / max(1, steps))) / 9 : 0
      return try HCL(temperature: temperature, tauPlus: tauPlus, beta: beta * (1 - part))
    }
  }
}
