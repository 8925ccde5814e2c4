import ContrastiveCore
import Testing
import _TestSupport

import ContrastiveTraining

/// Optimizer, schedule and average against arithmetic by hand.
@Suite struct OptimizerTests {
  /// One weight that decays and one bias that does not.
  private let layout = ParameterLayout([
    (
      "a.weight",
      ParameterDeclaration(name: "weight", shape: [1], decays: true, initial: .constant(0))
    ),
    (
      "a.bias", ParameterDeclaration(name: "bias", shape: [1], decays: false, initial: .constant(0))
    ),
  ])

  @Test func twoSteps() throws {
    var optimizer = try SGD(layout, momentum: 0.5, weightDecay: 0.25)
    var parameters = ParameterVector(layout: layout, values: [2, 2])
    let gradient = ParameterVector(layout: layout, values: [1, 1])
    try optimizer.step(&parameters, gradient: gradient, rate: 0.5)
    // v = 1 + 0.25 · 2 = 1.5 and 1; w = 2 − 0.75 and 2 − 0.5.
    #expect(optimizer.velocity.values == [1.5, 1])
    #expect(parameters.values == [1.25, 1.5])
    try optimizer.step(&parameters, gradient: gradient, rate: 0.5)
    // v = 0.75 + 1 + 0.3125 = 2.0625 and 1.5; w = 1.25 − 1.03125 and 1.5 − 0.75.
    #expect(optimizer.velocity.values == [2.0625, 1.5])
    #expect(parameters.values == [0.21875, 0.75])
  }

  /// A vector of several pieces and of a bias, and gradients for some steps.
  private func problem() -> (ParameterVector, [ParameterVector]) {
    let layout = ParameterLayout([
      (
        "a.weight",
        ParameterDeclaration(
          name: "weight", shape: [200, 200], decays: true, initial: .constant(0))
      ),
      (
        "a.bias",
        ParameterDeclaration(name: "bias", shape: [7], decays: false, initial: .constant(0))
      ),
    ])
    func vector(_ seed: UInt64) -> ParameterVector {
      ParameterVector(layout: layout, values: NetworkCase.numbers(layout.count, seed: seed))
    }
    return (vector(1), (2..<7).map(vector))
  }

  /// The largest difference between an optimizer's parameters and those of its definition in
  /// Double, which `definition(weights, gradient, decays, step from 1)` moves slot by slot.
  private func worstError(
    _ optimizer: some Optimizer,
    _ definition: (_ w: inout [Double], _ g: [Double], _ decays: Bool, _ step: Int) -> Void
  ) throws -> Double {
    var (optimizer, (parameters, gradients)) = (optimizer, problem())
    var weights = parameters.values.map(Double.init)
    for (step, gradient) in gradients.enumerated() {
      try optimizer.step(
        &parameters, gradient: gradient, rate: 0.25, workers: try Workers(count: 1 + step % 3))
      for slot in parameters.layout.slots {
        var part = Array(weights[slot.range])
        definition(&part, gradient.values[slot.range].map(Double.init), slot.decays, step + 1)
        weights.replaceSubrange(slot.range, with: part)
      }
    }
    return zip(parameters.values, weights).map { abs(Double($0) - $1) }.max() ?? .infinity
  }

  @Test func larsIsItsDefinition() throws {
    var velocity: [Bool: [Double]] = [:]
    let error = try worstError(
      LARS(problem().0.layout, momentum: 0.5, weightDecay: 0.125, trust: 0.5)
    ) { w, g, decays, _ in
      func norm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      let moved = decays ? zip(g, w).map { $0 + 0.125 * $1 } : g
      let factor = decays ? 0.5 * norm(w) / norm(moved) : 1
      let kept = velocity[decays] ?? [Double](repeating: 0, count: g.count)
      let next = zip(kept, moved).map { 0.5 * $0 + factor * $1 }
      velocity[decays] = next
      w = zip(w, next).map { $0 - 0.25 * $1 }
    }
    // Worst seen: 2.2e-7.
    #expect(error < 2e-6)
  }

  @Test func larsOfZeroWeightsOrGradientsIsPlain() throws {
    var optimizer = try LARS(layout, momentum: 0, weightDecay: 0)
    var parameters = ParameterVector(layout: layout, values: [0, 0])
    try optimizer.step(
      &parameters, gradient: ParameterVector(layout: layout, values: [1, 1]), rate: 0.5)
    #expect(parameters.values == [-0.5, -0.5])
    try optimizer.step(&parameters, gradient: ParameterVector(zeros: layout), rate: 0.5)
    #expect(parameters.values == [-0.5, -0.5])
  }

  @Test func adamWIsItsDefinition() throws {
    var (mean, square): ([Bool: [Double]], [Bool: [Double]]) = ([:], [:])
    let error = try worstError(
      AdamW(
        problem().0.layout, firstDecay: 0.75, secondDecay: 0.875, epsilon: 0.125,
        weightDecay: 0.5)
    ) { w, g, decays, step in
      func power(_ base: Double) -> Double { (0..<step).reduce(1) { total, _ in total * base } }
      let zeros = [Double](repeating: 0, count: w.count)
      var (m, s) = (mean[decays] ?? zeros, square[decays] ?? zeros)
      let corrections = (1 - power(0.75), 1 - power(0.875))
      for index in w.indices {
        w[index] *= decays ? 1 - 0.25 * 0.5 : 1
        m[index] = 0.75 * m[index] + 0.25 * g[index]
        s[index] = 0.875 * s[index] + 0.125 * g[index] * g[index]
        w[index] -=
          0.25 * (m[index] / corrections.0) / ((s[index] / corrections.1).squareRoot() + 0.125)
      }
      (mean[decays], square[decays]) = (m, s)
    }
    // Worst seen: 2.3e-7.
    #expect(error < 2e-6)
  }

  @Test func sgdIsItsDefinition() throws {
    var velocity: [Bool: [Double]] = [:]
    let error = try worstError(SGD(problem().0.layout, momentum: 0.5, weightDecay: 0.125)) {
      w, g, decays, _ in
      let kept = velocity[decays] ?? [Double](repeating: 0, count: g.count)
      let next = zip(zip(g, w), kept).map {
        0.5 * $1 + $0.0 + (decays ? 0.125 : 0) * $0.1
      }
      velocity[decays] = next
      w = zip(w, next).map { $0 - 0.25 * $1 }
    }
    // Worst seen: 2.7e-7.
    #expect(error < 2e-6)
  }

  @Test func average() throws {
    var slow = ParameterVector(layout: layout, values: [1, -2])
    try slow.average(with: ParameterVector(layout: layout, values: [5, 2]), momentum: 0.75)
    #expect(slow.values == [2, -1])
  }

  @Test func twinAveragesParametersOnly() throws {
    let start = try ImageEncoder(
      ImageShape(height: 4, width: 4, channels: 1), options: EncoderOptions(widths: [2]), seed: 1)
    var twin = try MomentumEncoder(start, momentum: 0)
    var query = start
    _ = try query.forward(
      Activations(
        count: 3, shape: query.inputShape, values: NetworkCase.numbers(48, seed: 1)))
    query.network.parameters.values[0] = 7
    try twin.update(from: query)
    #expect(twin.encoder.network.parameters == query.network.parameters)
    #expect(twin.encoder.network.buffers == start.network.buffers)
    #expect(query.network.buffers != start.network.buffers)
  }

  @Test func cosine() throws {
    let schedule = try CosineSchedule(peak: 0.8, final: 0.2, steps: 8)
    #expect(schedule.rate(at: 0) == 0.8)
    #expect(abs(schedule.rate(at: 4) - 0.5) < 1e-7)
    #expect(schedule.rate(at: 7) > 0.2)
    #expect(schedule.rate(at: 8) == 0.2)
    #expect(schedule.rate(at: 99) == 0.2)
  }

  @Test func stepsAndWarmUp() throws {
    let steps = try StepSchedule(peak: 0.8, factor: 0.5, milestones: [2, 5])
    #expect((0..<7).map(steps.rate) == [0.8, 0.8, 0.4, 0.4, 0.4, 0.2, 0.2])
    let warm = try WarmUp(steps: 4, then: steps)
    #expect((0..<8).map(warm.rate) == [0.2, 0.4, 0.6 as Float, 0.8, 0.8, 0.8, 0.4, 0.4])
    let cosine = try WarmUp(steps: 4, then: CosineSchedule(peak: 0.8, final: 0.2, steps: 8))
    #expect(cosine.rate(at: 0) == 0.2 && cosine.rate(at: 3) == 0.8 && cosine.rate(at: 4) == 0.8)
    #expect(abs(cosine.rate(at: 8) - 0.5) < 1e-7 && cosine.rate(at: 12) == 0.2)
  }

  @Test func momentumOfTheAverage() {
    #expect(MomentumSchedule.constant.momentum(from: 0.9, at: 5, of: 10) == 0.9)
    func rising(_ step: Int) -> Float {
      MomentumSchedule.cosine.momentum(from: 0.5, at: step, of: 8)
    }
    #expect(rising(0) == 0.5 && rising(4) == 0.75 && rising(8) == 1 && rising(9) == 1)
  }

  @Test func refusals() {
    #expect(throws: ContrastiveError.parameter(name: "trust", found: "0.0", expected: "above 0")) {
      try LARS(layout, trust: 0)
    }
    #expect(throws: ContrastiveError.parameter(name: "momentum", found: "1.0", expected: "0 ..< 1"))
    { try LARS(layout, momentum: 1) }
    #expect(
      throws: ContrastiveError.parameter(name: "secondDecay", found: "1.0", expected: "0 ..< 1")
    ) { try AdamW(layout, secondDecay: 1) }
    #expect(throws: ContrastiveError.parameter(name: "epsilon", found: "0.0", expected: "above 0"))
    { try AdamW(layout, epsilon: 0) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "milestones", found: "[3, 3]", expected: "ascending steps from 0")
    ) { try StepSchedule(peak: 1, milestones: [3, 3]) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "factor", found: "2.0", expected: "above 0, at most 1")
    ) { try StepSchedule(peak: 1, factor: 2, milestones: []) }
    #expect(throws: ContrastiveError.parameter(name: "warmup", found: "-1", expected: "0 or more"))
    {
      try WarmUp(steps: -1, then: StepSchedule(peak: 1, milestones: []))
    }
    #expect(throws: ContrastiveError.parameter(name: "momentum", found: "1.0", expected: "0 ..< 1"))
    { try SGD(layout, momentum: 1) }
    #expect(
      throws: ContrastiveError.parameter(name: "weightDecay", found: "-1.0", expected: "0 or more")
    ) { try SGD(layout, weightDecay: -1) }
    #expect(throws: ContrastiveError.parameter(name: "peak", found: "-1.0", expected: "0 or more"))
    { try CosineSchedule(peak: -1, steps: 1) }
    #expect(throws: ContrastiveError.parameter(name: "final", found: "2.0", expected: "0 … 1.0")) {
      try CosineSchedule(peak: 1, final: 2, steps: 1)
    }
    #expect(throws: ContrastiveError.parameter(name: "steps", found: "0", expected: "at least 1")) {
      try CosineSchedule(peak: 1, steps: 0)
    }
  }
}
