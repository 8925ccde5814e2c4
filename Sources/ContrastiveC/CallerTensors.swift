internal import CContrastive
import ContrastiveCalls
import ContrastiveCore
import ContrastiveTensors

/// The named tensors of a call.
struct CallerTensors: TensorSource {
  private let inputs: [String: InputTensor]

  init(_ tensors: UnsafePointer<contrastive_tensor>?, count: Int) throws {
    guard count == 0 || tensors != nil else {
      throw TensorFailure(argument: "inputs", problem: "found NULL, expected \(count) tensors")
    }
    var inputs: [String: InputTensor] = [:]
    for description in UnsafeBufferPointer(start: tensors, count: max(0, count)) {
      let (name, input) = try Self.input(description)
      guard inputs.updateValue(input, forKey: name) == nil else {
        throw TensorFailure(argument: name, problem: "found twice, expected once")
      }
    }
    self.inputs = inputs
  }

  private static func input(
    _ description: contrastive_tensor
  ) throws -> (name: String, input: InputTensor) {
    guard Int(description.dtype) == CONTRASTIVE_BANK else {
      let tensor = try CallerTensor(description)
      return (tensor.name, try tensor.input)
    }
    let name = description.name.map { String(cString: $0) } ?? "bank"
    guard let handle = description.data else {
      throw TensorFailure(argument: name, problem: "found data of NULL, expected a bank")
    }
    let rows = BankHandle.at(OpaquePointer(handle)).snapshot.rows
    guard rows.rows > 0 else { throw ContrastiveError.bankNotFilled(argument: name) }
    return (
      name,
      InputTensor(
        shape: [rows.rows, rows.columns],
        row: rows.reshaped(rows: 1, columns: rows.rows * rows.columns))
    )
  }

  var name: String { "inputs" }
  var tensorNames: Set<String> { Set(inputs.keys) }
  func mentions(_ name: String) -> Bool { inputs[name] != nil }

  func input(_ name: String) throws(ContrastiveError) -> InputTensor {
    guard let input = inputs[name] else {
      let nearest = nearestName(to: name, among: inputs.keys.sorted())
      throw .file(
        path: name,
        problem: "found no such tensor" + (nearest.map { ", only such as \"\($0)\"" } ?? ""))
    }
    return input
  }

  /// The rows [n, dimension] of a name, or nil.
  func matrix(_ name: String) throws -> Matrix? { try optional(name)?.matrix(argument: name) }

  /// The rows [n, dimension] of a name.
  func required(_ name: String) throws -> Matrix {
    guard let rows = try matrix(name) else {
      throw TensorFailure(argument: name, problem: "found no such tensor")
    }
    return rows
  }

  /// The tensor of a name, or nil.
  func optional(_ name: String) -> InputTensor? { inputs[name] }

  /// Refuses tensors of other names.
  func requireOnly(_ names: Set<String>, prefix: String? = nil) throws {
    let others = tensorNames.subtracting(names).filter { name in
      prefix.map { !name.hasPrefix($0) } ?? true
    }
    guard let name = others.min() else { return }
    throw TensorFailure(
      argument: name,
      problem: "found a tensor that has no use here, expected \(names.sorted())")
  }
}
