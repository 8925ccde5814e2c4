public import CContrastive
import Contrastive
import ContrastiveCalls
import ContrastiveCore
import ContrastiveTensors

/// An objective and its exact gradients.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_loss(
  _ method: UnsafePointer<CChar>!, _ inputs: UnsafePointer<contrastive_tensor>!,
  _ input_count: Int, _ outputs: UnsafePointer<contrastive_tensor>!, _ output_count: Int,
  _ options: UnsafePointer<CChar>!, _ control: UnsafePointer<contrastive_control>!,
  _ value: UnsafeMutablePointer<Double>!, _ result: UnsafeMutablePointer<OpaquePointer?>!
) -> contrastive_status {
  attempt {
    let call = try LossCall(
      method: text(method), inputs: CallerTensors(inputs, count: input_count),
      outputs: outputTensors(outputs, output_count), options: objectOptions(options))
    let outcome = try call.run(Workers(control))
    (value as UnsafeMutablePointer<Double>?)?.pointee = outcome.loss
    if let place = result as UnsafeMutablePointer<OpaquePointer?>? {
      ResultHandle(
        report: try JSONValue(encoding: outcome),
        tensors: outcome.losses.map { ["losses": Tensor(.float64($0))] } ?? [:]
      ).handOut(to: place)
    }
  }
}

/// One evaluation of an objective between memory of the caller's.
private struct LossCall {
  private let call: any ObjectiveCall.Type
  private let inputs: CallerTensors
  private let outputs: [(name: String, memory: CallerTensor)]
  private let options: [String: JSONValue]
  private let normalizes: Bool
  private let zeroRows: ZeroRows
  private let precision: Precision

  init(
    method: String?, inputs: CallerTensors, outputs: [CallerTensor], options: [String: JSONValue]
  ) throws {
    let names = ObjectiveCalls.all.map { $0.method }
    guard let call = ObjectiveCalls.all.first(where: { $0.method == method }) else {
      let nearest = method.flatMap {
        ObjectiveCalls.otherNames[$0] ?? nearestName(to: $0, among: names)
      }
      throw ContrastiveError.parameter(
        name: "method", found: method ?? "NULL",
        expected: nearest.map { "such as \($0)" } ?? names.joined(separator: ", "))
    }
    self.call = call
    self.inputs = inputs
    var shared = CallOptions(options.filter { Self.shared.contains($0.key) })
    normalizes = try shared.flag("normalize")
    zeroRows = try shared.choice("zero-rows", default: .refuse)
    precision = try shared.choice("precision", default: .float32)
    self.options = options.filter { !Self.shared.contains($0.key) }
    let prefix = "gradient."
    var named: Set<String> = []
    self.outputs = try outputs.map { output in
      guard output.name.hasPrefix(prefix) else {
        throw TensorFailure(
          argument: output.name, problem: "found no such output, expected gradient.NAME")
      }
      // The first would take the gradient, and leave none for the second.
      guard named.insert(output.name).inserted else {
        throw TensorFailure(argument: output.name, problem: "found twice, expected once")
      }
      let name = String(output.name.dropFirst(prefix.count))
      if let input = inputs.optional(name) {
        try output.requireOutput(shape: input.shape, [.float32, .float64])
      } else {
        guard output.count == 1, output.type == .float64 else {
          throw ContrastiveError.shape(
            argument: output.name, found: "\(output.type.rawValue) \(output.shape)",
            expected: "F64 [1], or the shape of an input \(name), which there is not")
        }
      }
      return (name, output)
    }
  }

  /// The options of every method.
  private static let shared: Set = ["normalize", "zero-rows", "precision"]

  func run(_ workers: Workers) throws -> CallOutcome {
    var outcome = try call.run(
      inputs, options: options, normalizes: normalizes, zeroRows: zeroRows,
      precision: precision, gradients: outputs.map(\.name), workers: workers)
    for (name, memory) in outputs {
      // Its memory is free again before the next one's is written.
      if let gradient = outcome.takeGradient(name) {
        memory.write(gradient.values)
      } else if let slope = outcome.scalars[name] {
        memory.write([slope])
      } else {
        throw TensorFailure(argument: memory.name, problem: "found no such gradient")
      }
    }
    return outcome
  }
}

/// Text of the caller's, or nil for NULL.
func text(_ characters: UnsafePointer<CChar>?) -> String? { characters.map { String(cString: $0) } }

/// The members of a JSON object; none for NULL.
func objectOptions(
  _ characters: UnsafePointer<CChar>?
) throws(ContrastiveError) -> [String: JSONValue] {
  guard let text = text(characters) else { return [:] }
  return try JSONReader.object(text, argument: "options")
}

private func outputTensors(
  _ outputs: UnsafePointer<contrastive_tensor>?, _ count: Int
) throws -> [CallerTensor] {
  guard count == 0 || outputs != nil else {
    throw TensorFailure(argument: "outputs", problem: "found NULL, expected \(count) tensors")
  }
  return try UnsafeBufferPointer(start: outputs, count: max(0, count)).map { try CallerTensor($0) }
}
