import Contrastive
import Testing

import ContrastiveTraining

/// Networks of vectors and parameters of one's own, without images.
@Suite struct VectorNetworkTests {
  private func matrix(_ rows: Int, _ columns: Int, seed: UInt64) throws -> Matrix {
    try Matrix(
      rows: rows, columns: columns, values: NetworkCase.numbers(rows * columns, seed: seed))
  }

  /// Central differences of a loss with respect to every parameter.
  private func check(
    _ network: Network, _ rows: Matrix, step: Float = 1e-2,
    loss: (Matrix) throws -> (value: Double, gradient: Matrix)
  ) throws -> Double {
    var network = network
    let (output, tape) = try network.forward(rows)
    let found = try network.backward(loss(output).gradient, tape: tape)
    var worst = 0.0
    let scale = Double(found.values.map(abs).max() ?? 1)
    for index in found.values.indices {
      func value(_ change: Float) throws -> Double {
        var moved = network
        moved.parameters.values[index] += change
        return try loss(moved.output(for: rows, mode: .training)).value
      }
      let slope = try (value(step) - value(-step)) / (2 * Double(step))
      worst = max(worst, abs(slope - Double(found.values[index])) / scale)
    }
    return worst
  }

  /// A projection W trained by InfoNCE: the gradient is that of central differences, and following
  /// it lowers the loss.
  @Test func trainsAProjection() throws {
    let (features, keys) = (try matrix(12, 5, seed: 1), try matrix(12, 3, seed: 2))
    func loss(_ output: Matrix) throws -> (value: Double, gradient: Matrix) {
      let queries = try output.normalized()
      let found = try InfoNCE(temperature: 0.5).evaluate(
        queries: queries.rows, keys: keys.normalized().rows)
      return (found.loss, try queries.backward(#require(found[.queries])))
    }
    var projection = try Network(Linear(inputs: 5, outputs: 3, bias: false), seed: 1)
    // Worst seen here and with the perceptron: 2.1e-4.
    #expect(try check(projection, features, loss: loss) < 1e-3)

    var optimizer = try SGD(projection.parameters.layout, momentum: 0.9, weightDecay: 0)
    var losses: [Double] = []
    for _ in 0..<40 {
      let (output, tape) = try projection.forward(features)
      let found = try loss(output)
      losses.append(found.value)
      let gradient = try projection.backward(found.gradient, tape: tape)
      try optimizer.step(&projection.parameters, gradient: gradient, rate: 0.5)
    }
    #expect(losses[39] < losses[0] - 0.5, "\(losses[0]) … \(losses[39])")
  }

  /// Linear, batch normalization, rectifier, linear; the gradient for the input too.
  @Test func differentiatesAPerceptron() throws {
    let hidden = try ImageShape(dimension: 4)
    let network = try Network(
      Linear(inputs: 3, outputs: 4, bias: false), BatchNormalization(hidden, rectified: true),
      Linear(inputs: 4, outputs: 2), seed: 3)
    #expect(
      network.parameters.layout.slots.map(\.name) == [
        "layer1.weight", "layer2.scale", "layer2.shift", "layer3.weight", "layer3.bias",
      ])
    let (rows, target) = (try matrix(9, 3, seed: 4), try matrix(9, 2, seed: 5))
    func loss(_ output: Matrix) throws -> (value: Double, gradient: Matrix) {
      let differences = zip(output.values, target.values).map { $0 - $1 }
      return (
        differences.reduce(0) { $0 + Double($1) * Double($1) } / 2,
        try Matrix(rows: 9, columns: 2, values: differences)
      )
    }
    // Worst seen here and with the projection: 2.1e-4.
    #expect(try check(network, rows, step: 3e-3, loss: loss) < 1e-3)

    var copy = network
    let (output, tape) = try copy.forward(rows)
    let input = try copy.backwardToInput(loss(output).gradient, tape: tape).input
    #expect(input.rows == 9 && input.columns == 3)
    for (row, column) in [(0, 0), (4, 2), (8, 1)] {
      func value(_ change: Float) throws -> Double {
        var (moved, network) = (rows, network)
        moved[row, column] += change
        return try loss(network.output(for: moved, mode: .training)).value
      }
      let slope = try (value(3e-3) - value(-3e-3)) / 6e-3
      // Worst seen: 3.4e-5.
      #expect(abs(slope - Double(input[row, column])) < 3e-4 * max(1, abs(slope)))
    }
  }

  @Test func vectorsThatDoNotFitAreRefused() throws {
    var network = try Network(Linear(inputs: 3, outputs: 2), seed: 1)
    #expect(
      throws: ContrastiveError.shape(
        argument: "rows", found: "[1 × 2]", expected: "[1 or more × 3]")
    ) { try network.forward(matrix(1, 2, seed: 1)) }
    #expect(
      throws: ContrastiveError.parameter(name: "inputs", found: "0", expected: "1 … 65536")
    ) { try Linear(inputs: 0, outputs: 2) }
    #expect(
      throws: ContrastiveError.parameter(name: "dimension", found: "-1", expected: "1 … 65536")
    ) { try Head.linear(outputs: 2).network("head", inputs: -1, seed: 1) }
  }

  /// Every optimizer moves named matrices of one's own: w ← w − rate · g at the first step of SGD.
  @Test func optimizesNamedParameters() throws {
    let (w, p) = (try matrix(2, 3, seed: 1), try matrix(4, 2, seed: 2))
    var parameters = try ParameterVector(["W": w, "prototypes": p])
    let gradient = try ParameterVector(["W": p.rows(0..<2).stacked(3), "prototypes": p])
    var optimizers: [any Optimizer] = [
      try SGD(parameters.layout, momentum: 0.5, weightDecay: 0), try LARS(parameters.layout),
      try AdamW(parameters.layout),
    ]
    for place in optimizers.indices {
      var moved = parameters
      try optimizers[place].step(&moved, gradient: gradient, rate: 0.1, workers: .one)
      #expect(moved != parameters)
    }
    var sgd = try SGD(parameters.layout, momentum: 0.5, weightDecay: 0)
    try sgd.step(&parameters, gradient: gradient, rate: 0.5)
    for row in 0..<4 {
      for column in 0..<2 {
        #expect(try parameters.matrix("prototypes")[row, column] == p[row, column] / 2)
      }
    }
    #expect(
      throws: ContrastiveError.shape(
        argument: "gradient", found: "W [2 × 3]", expected: "W [2 × 3], prototypes [4 × 2]")
    ) { try sgd.step(&parameters, gradient: ParameterVector(["W": w]), rate: 1) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "array", found: "'prototype'",
        expected: "one that there is; did you mean prototypes?")
    ) { try parameters.matrix("prototype") }
  }

  @Test func layoutsAreChecked() throws {
    let layout = try ParameterLayout([("W", [2, 3], true), ("b", [3], false)])
    #expect(layout.count == 9 && "\(layout)" == "W [2 × 3], b [3]")
    #expect(layout.slots.map(\.decays) == [true, false])
    #expect(
      throws: ContrastiveError.parameter(
        name: "arrays", found: "W twice", expected: "unique names")
    ) { try ParameterLayout([("W", [1], true), ("W", [1], true)]) }
    for shape in [[0], [2, -1], [.max, 2]] {
      #expect(
        throws: ContrastiveError.parameter(
          name: "W", found: "\(shape)", expected: "extents of at least 1")
      ) { try ParameterLayout([("W", shape, true)]) }
    }
    var vector = ParameterVector(zeros: layout)
    #expect(
      throws: ContrastiveError.shape(
        argument: "other", found: "W [2 × 3]", expected: "W [2 × 3], b [3]")
    ) { try vector.add(ParameterVector(zeros: ParameterLayout([("W", [2, 3], true)]))) }
  }
}

extension Matrix {
  /// As many columns as asked for, the first numbers repeated.
  fileprivate func stacked(_ columns: Int) throws -> Matrix {
    let values = Array(values)
    return try Matrix(
      rows: rows, columns: columns,
      values: (0..<(rows * columns)).map { values[$0 % values.count] })
  }
}
