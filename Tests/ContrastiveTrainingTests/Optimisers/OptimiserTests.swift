import ContrastiveCore
import Testing

import ContrastiveTraining

/// Optimiser, schedule and average against arithmetic by hand.
@Suite struct OptimiserTests {
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
    optimizer.step(&parameters, gradient: gradient, rate: 0.5)
    // v = 1 + 0.25 · 2 = 1.5 and 1; w = 2 − 0.75 and 2 − 0.5.
    #expect(optimizer.velocity.values == [1.5, 1])
    #expect(parameters.values == [1.25, 1.5])
    optimizer.step(&parameters, gradient: gradient, rate: 0.5)
    // v = 0.75 + 1 + 0.3125 = 2.0625 and 1.5; w = 1.25 − 1.03125 and 1.5 − 0.75.
    #expect(optimizer.velocity.values == [2.0625, 1.5])
    #expect(parameters.values == [0.21875, 0.75])
  }

  @Test func average() {
    var slow = ParameterVector(layout: layout, values: [1, -2])
    slow.average(with: ParameterVector(layout: layout, values: [5, 2]), momentum: 0.75)
    #expect(slow.values == [2, -1])
  }

  @Test func twinAveragesParametersOnly() throws {
    let start = try Encoder(
      ImageShape(height: 4, width: 4, channels: 1), options: EncoderOptions(widths: [2]), seed: 1)
    var twin = try MomentumEncoder(start, momentum: 0)
    var query = start
    _ = try query.forward(
      Activations(
        count: 3, shape: query.inputShape, values: NetworkCase.numbers(48, seed: 1)))
    query.network.parameters.values[0] = 7
    twin.update(from: query)
    #expect(twin.encoder.network.parameters == query.network.parameters)
    #expect(twin.encoder.network.buffers == start.network.buffers)
    #expect(query.network.buffers != start.network.buffers)
  }

  @Test func schedule() throws {
    let schedule = try CosineSchedule(peak: 0.8, final: 0.2, warmup: 4, steps: 12)
    #expect(schedule.rate(at: 0) == 0.2)
    #expect(schedule.rate(at: 3) == 0.8)
    #expect(schedule.rate(at: 4) == 0.8)
    #expect(abs(schedule.rate(at: 8) - 0.5) < 1e-7)
    #expect(schedule.rate(at: 11) > 0.2)
    #expect(schedule.rate(at: 12) == 0.2)
    #expect(schedule.rate(at: 99) == 0.2)
    #expect(try CosineSchedule(peak: 1, warmup: 3, steps: 3).rate(at: 3) == 0)
  }

  @Test func refusals() {
    #expect(throws: ContrastiveError.self) { try SGD(layout, momentum: 1) }
    #expect(throws: ContrastiveError.self) { try SGD(layout, weightDecay: -1) }
    #expect(throws: ContrastiveError.self) { try CosineSchedule(peak: -1, steps: 1) }
    #expect(throws: ContrastiveError.self) { try CosineSchedule(peak: 1, final: 2, steps: 1) }
    #expect(throws: ContrastiveError.self) { try CosineSchedule(peak: 1, warmup: 2, steps: 1) }
    #expect(throws: ContrastiveError.self) { try CosineSchedule(peak: 1, steps: 0) }
  }
}
