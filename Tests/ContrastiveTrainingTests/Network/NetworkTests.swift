import ContrastiveCore
import Testing
import _Reference

import ContrastiveTraining

/// Every layer, and an encoder of all of them, against the Double twin.
@Suite struct NetworkTests {
  @Test(arguments: NetworkCase.all) func forwardIsTheDefinition(_ example: NetworkCase) throws {
    var network = try example.network()
    let input = try example.input()
    let output = try network.forward(input).output
    let expected = example.reference(
      input.values.map(Double.init), network.parameters.values.map(Double.init))
    #expect(output.values.count == expected.count)
    let scale = expected.map(abs).max() ?? 0
    let error = zip(output.values, expected).map { abs(Double($0) - $1) }.max() ?? 0
    // Worst seen: 1.9e-7 (mean pool).
    #expect(error <= 1e-6 * scale)
  }

  @Test(arguments: NetworkCase.all)
  func backwardIsTheDerivative(_ example: NetworkCase) throws {
    var network = try example.network()
    let input = try example.input()
    let (output, tape) = try network.forward(input)
    let weights = NetworkCase.numbers(output.values.count, seed: 17)
    let gradient = try network.backwardToInput(
      Activations(count: output.count, shape: output.shape, values: weights), tape: tape)
    let x = input.values.map(Double.init)
    let p = network.parameters.values.map(Double.init)
    func loss(_ input: [Double], _ parameters: [Double]) -> Double {
      zip(example.reference(input, parameters), weights).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    for (name, found, expected) in [
      ("input", gradient.input.values, NetworkCase.differences(at: x) { loss($0, p) }),
      (
        "parameters", gradient.parameters.values, NetworkCase.differences(at: p) { loss(x, $0) }
      ),
    ] {
      #expect(found.count == expected.count)
      let scale = expected.map(abs).max() ?? 0
      let error = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
      // Worst seen: 2.1e-7 (parameters of the linear layer of two pieces); through the whole of a
      // residual network 2.2e-6.
      let isWhole = example.testDescription == "residual network"
      #expect(error <= (isWhole ? 5e-6 : 1e-6) * scale, "\(name) \(example)")
    }
  }
}
