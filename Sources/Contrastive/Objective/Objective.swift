/// A loss of embeddings: a small value that holds the hyper-parameters.
///
/// `evaluate` takes embeddings and returns the loss with the gradients asked for.
public protocol Objective: Sendable {
  /// What it is evaluated on, a tuple of matrices and indices.
  associatedtype Inputs
  /// What the loss can be differentiated by. The raw value is the name in files and messages.
  associatedtype Variable: RawRepresentable<String> & CaseIterable & Hashable & Sendable
  /// Hyper-parameters by which it can be learned, such as a temperature.
  ///
  /// Their gradients cost next to nothing and are always given.
  associatedtype Scalar: RawRepresentable<String> & CaseIterable & Hashable & Sendable = NoScalar
  /// What else an evaluation tells.
  associatedtype Details: Sendable = NegativeCounts

  /// What its similarities can be multiplied in: Float32 where nothing is said.
  static var precisions: Set<Precision> { get }

  /// The loss and its exact gradients.
  ///
  /// - Parameters:
  ///   - inputs: the embeddings and what belongs to them.
  ///   - gradients: what to differentiate by.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the loss and the gradients asked for.
  /// - Throws: `ContrastiveError`: what is wrong with an input, by name, or `.canceled`.
  func evaluate(
    _ inputs: Inputs, gradients: Set<Variable>, workers: Workers
  ) throws(ContrastiveError) -> Evaluation<Self>

  /// Bytes that an evaluation holds at most beyond its inputs, gradients and a few numbers a row.
  ///
  /// - Parameters:
  ///   - shape: how large the inputs are.
  ///   - workers: the threads.
  /// - Returns: the bytes.
  func scratchBytes(for shape: ProblemShape, workers: Workers) -> Int
}

extension Objective {
  /// Float32 alone.
  public static var precisions: Set<Precision> { [.float32] }

  /// The loss and its gradients in a chosen precision.
  ///
  /// In 16 bits products take less time, and the evaluation says how far it can be off: see
  /// `Evaluation.errorBound`. Beside what `scratchBytes` says it then holds 2 bytes for each
  /// element of anchors and columns.
  ///
  /// - Parameters:
  ///   - inputs: the embeddings and what belongs to them.
  ///   - gradients: what to differentiate by.
  ///   - precision: what similarities, and the coefficients of gradients, are multiplied in.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the loss and the gradients asked for.
  /// - Throws: `ContrastiveError`: `.parameter` for a precision that the objective does not have,
  ///   what is wrong with an input, by name, or `.canceled`.
  public func evaluate(
    _ inputs: Inputs, gradients: Set<Variable>, precision: Precision, workers: Workers = .all
  ) throws(ContrastiveError) -> Evaluation<Self> {
    try evaluate(inputs, gradients: gradients, workers: Self.workers(workers, in: precision))
  }

  /// Workers for an evaluation in some precision.
  ///
  /// - Throws: `ContrastiveError.parameter` for one that the objective does not have.
  package static func workers(
    _ workers: Workers, in precision: Precision
  ) throws(ContrastiveError) -> Workers {
    try requireParameter(
      precisions.contains(precision), "precision", "\(precision.rawValue) for \(Self.self)",
      "float32")
    return workers.computing(in: precision)
  }
}

extension Objective where Variable == QueryVariable {
  /// That of one pass over the bank, whatever its length.
  public func scratchBytes(for shape: ProblemShape, workers: Workers = .all) -> Int {
    shape.contrastBytes(summingColumns: false, workers: workers)
  }
}
