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

/// A loss with the gradients that were asked for.
public struct Evaluation<Objective: Contrastive.Objective>: Sendable {
  /// The value of the objective.
  public let loss: Double
  /// The loss of each row, whose mean is the value; nil for a value that is no mean of rows.
  public let losses: [Double]?
  /// What else there is to tell.
  public let details: Objective.Details
  /// How far the loss can be from the exact one of these inputs, certified; nil in Float32.
  public package(set) var errorBound: Double?
  package internal(set) var gradients: [Objective.Variable: Matrix]
  package let scalars: [Objective.Scalar: Double]
  /// Which rows of a gradient are here where processes keep their own; without one all are.
  package var keptRows: [Objective.Variable: Range<Int>] = [:]
  /// How far an element of a gradient can be from the exact one, where something is certified.
  package var gradientErrorBounds: [Objective.Variable: Double] = [:]

  /// A result of an objective of one's own.
  ///
  /// - Parameters:
  ///   - loss: the value.
  ///   - losses: the loss of each row, if their mean is the value.
  ///   - gradients: ∂loss/∂variable, in the variable's own shape.
  ///   - scalars: ∂loss/∂scalar, for every scalar.
  ///   - details: what else there is to tell.
  public init(
    loss: Double, losses: [Double]? = nil, gradients: [Objective.Variable: Matrix] = [:],
    scalars: [Objective.Scalar: Double] = [:], details: Objective.Details
  ) {
    self.loss = loss
    self.losses = losses
    self.gradients = gradients
    self.scalars = scalars
    self.details = details
  }

  /// The same result as another objective's.
  init<Other>(_ other: Evaluation<Other>)
  where
    Other.Variable == Objective.Variable, Other.Scalar == Objective.Scalar,
    Other.Details == Objective.Details
  {
    self.init(
      loss: other.loss, losses: other.losses, gradients: other.gradients, scalars: other.scalars,
      details: other.details)
    (errorBound, gradientErrorBounds) = (other.errorBound, other.gradientErrorBounds)
  }

  /// ∂loss/∂variable, in the variable's own shape, when it was asked for.
  public subscript(variable: Objective.Variable) -> Matrix? { gradients[variable] }

  /// A gradient, which is then no longer here.
  package mutating func take(_ variable: Objective.Variable) -> Matrix? {
    gradients.removeValue(forKey: variable)
  }

  /// ∂loss/∂scalar.
  public subscript(scalar: Objective.Scalar) -> Double { scalars[scalar] ?? 0 }

  /// How far any element of a gradient can be from the exact one, certified; nil in Float32, for a
  /// gradient that was not asked for, and for what nothing is certified of.
  public func errorBound(of variable: Objective.Variable) -> Double? {
    gradients[variable] == nil ? nil : gradientErrorBounds[variable]
  }
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

/// No hyper-parameter to learn.
public enum NoScalar: RawRepresentable, CaseIterable, Hashable, Sendable {
  /// None.
  public static let allCases: [NoScalar] = []
  /// There is no value.
  public var rawValue: String { switch self {} }
  /// Always nil.
  public init?(rawValue: String) { nil }
}

/// The temperature, by which a softmax's similarities are divided.
public enum TemperatureScalar: String, CaseIterable, Sendable {
  /// The temperature τ.
  case temperature
}

/// The queries alone: keys, banks and prototypes are constants.
public enum QueryVariable: String, CaseIterable, Sendable {
  /// The queries.
  case queries
}

/// The embeddings that are compared with each other.
public enum EmbeddingVariable: String, CaseIterable, Sendable {
  /// The embeddings.
  case embeddings
}

/// Two views of the same images.
public enum ViewVariable: String, CaseIterable, Sendable {
  /// The embeddings of a view.
  case view1, view2
}

/// How many columns a choice of `Negatives` concerned; nil where it was not asked for.
public struct NegativeCounts: Sendable, Equatable {
  /// Pairs that were singled out.
  public internal(set) var pairs: Int?
  /// Columns found to be false negatives, each image's once.
  public internal(set) var falseNegatives: Int?
  /// Columns in a row's ring, the largest.
  public internal(set) var ring: Int?
  /// Draws from each row's ring.
  public internal(set) var ringDraws: Int?
  /// Columns that masks or shared prototypes exclude, summed over rows.
  public internal(set) var excluded: Int?

  /// Nothing counted.
  public init() {}

  init(excluded: Int) { self.excluded = excluded }

  /// Adds what was counted elsewhere.
  mutating func add(_ other: NegativeCounts) {
    func sum(_ a: Int?, _ b: Int?) -> Int? { b.map { (a ?? 0) + $0 } ?? a }
    pairs = sum(pairs, other.pairs)
    falseNegatives = sum(falseNegatives, other.falseNegatives)
    ring = sum(ring, other.ring)
    ringDraws = sum(ringDraws, other.ringDraws)
    excluded = sum(excluded, other.excluded)
  }
}

extension Objective where Variable == QueryVariable {
  /// That of one pass over the bank, whatever its length.
  public func scratchBytes(for shape: ProblemShape, workers: Workers = .all) -> Int {
    shape.contrastBytes(summingColumns: false, workers: workers)
  }
}
