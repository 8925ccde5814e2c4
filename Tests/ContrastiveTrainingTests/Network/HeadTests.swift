import ContrastiveCore
import Testing
import _TestSupport

import ContrastiveTraining

/// Forms of heads, prototypes, and vectors joined of several.
@Suite struct HeadTests {
  private func names(_ head: Head) throws -> [String] {
    try head.network("head", inputs: 3, seed: 1).parameters.layout.slots.map(\.name)
  }

  @Test func forms() throws {
    #expect(try names(.linear(outputs: 2)) == ["head.linear.weight", "head.linear.bias"])
    #expect(
      try names(.perceptron(hidden: 4, outputs: 2)) == [
        "head.linear1.weight", "head.linear1.bias", "head.linear2.weight", "head.linear2.bias",
      ])
    #expect(
      try names(.perceptron(hidden: 4, outputs: 2, normalization: .hidden)) == [
        "head.linear1.weight", "head.normalization1.scale", "head.normalization1.shift",
        "head.linear2.weight", "head.linear2.bias",
      ])
    #expect(
      try names(Head(hidden: [4, 5], outputs: 2, normalization: .all)) == [
        "head.linear1.weight", "head.normalization1.scale", "head.normalization1.shift",
        "head.linear2.weight", "head.normalization2.scale", "head.normalization2.shift",
        "head.linear3.weight",
      ])
    #expect(throws: ContrastiveError.parameter(name: "outputs", found: "0", expected: "1 … 65536"))
    { try names(.linear(outputs: 0)) }
  }

  @Test func normalizedOutputsHaveMeanZeroAndDeviationOne() throws {
    var network = try Head(hidden: [8], outputs: 2, normalization: .all)
      .network("head", inputs: 3, seed: 1)
    let input = try Activations(
      Matrix(rows: 40, columns: 3, values: NetworkCase.numbers(120, seed: 2)))
    let output = try network.forward(input).output.values
    for column in 0..<2 {
      let values = stride(from: column, to: output.count, by: 2).map { Double(output[$0]) }
      let mean = values.reduce(0, +) / 40
      let square = values.reduce(0) { $0 + $1 * $1 } / 40
      // ε over a small variance is missing from 1.
      #expect(abs(mean) < 1e-6 && 0.99 < square && square < 1)
    }
  }

  @Test func prototypes() throws {
    var prototypes = try Prototypes(count: 5, dimension: 4, seed: 3)
    #expect(prototypes.matrix.rows == 5 && prototypes.matrix.columns == 4)
    #expect(prototypes.matrix.values.allSatisfy { abs($0) <= 0.5 })
    #expect(prototypes.parameters.layout.slots.map(\.name) == ["prototypes"])
    try prototypes.normalize()
    for norm in prototypes.matrix.rowDots(prototypes.matrix) { #expect(abs(norm - 1) < 1e-6) }
    #expect(try prototypes.vector(prototypes.matrix) == prototypes.parameters)
    #expect(
      try Prototypes(count: 5, dimension: 4, seed: 3)
        == Prototypes(count: 5, dimension: 4, seed: 3))
    #expect(
      throws: ContrastiveError.parameter(name: "prototypes", found: "0", expected: "1 … 1000000")
    ) { try Prototypes(count: 0, dimension: 4, seed: 3) }
  }
}
