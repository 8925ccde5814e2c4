import Contrastive
import ContrastiveFiles

/// A named piece of work of one size.
///
/// Its inputs are tensors, so that they can be written to a file which other programs read too.
struct Workload: Sendable {
  let name: String
  let size: String
  /// Floating-point operations of the products of matrices that a run is made of.
  let operations: Double
  /// Draws the inputs: the same in every process.
  let inputs: @Sendable () throws -> [String: Tensor]
  /// Turns inputs into something that can be run and timed.
  let prepare: @Sendable (_ inputs: Inputs, _ workers: Workers) throws -> Run

  typealias Run = () throws -> Outcome

  /// Every workload in every size.
  static let all: [Workload] =
    products + bankLosses + batchLosses + prototypeLosses + clusterings + searches

  /// Those that have one of the names, all when there are none.
  static func named(_ names: [String]) -> [Workload] {
    all.filter { names.isEmpty || names.contains($0.name) }
  }
}

/// What a run computed, for comparison with others.
struct Outcome {
  /// A loss or an objective.
  var value: Double?
  /// Gradients and the like, by name.
  var matrices: [String: Matrix] = [:]
  /// Time of the run that went into restoring what a run uses up, which is not measured.
  var restoring = Duration.zero
}

extension Outcome {
  /// A loss with its gradients, each named `gradient.` and its variable.
  init<O: Objective>(_ evaluation: Evaluation<O>) {
    value = evaluation.loss
    for variable in O.Variable.allCases {
      guard let matrix = evaluation[variable] else { continue }
      matrices["gradient." + variable.rawValue] = matrix
    }
  }
}

/// A workload's inputs by name.
struct Inputs {
  let file: SafetensorsFile

  func matrix(_ name: String) throws -> Matrix {
    try file.tensor(name).matrix(argument: name)
  }

  func integers(_ name: String) throws -> [Int] {
    try file.tensor(name).int64s(argument: name).map(Int.init)
  }

  func floats(_ name: String) throws -> [Float] {
    try file.tensor(name).float32s(argument: name)
  }
}
