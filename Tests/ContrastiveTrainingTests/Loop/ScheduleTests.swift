import ContrastiveCore
import Testing

import ContrastiveTraining

/// The learning rate over a run, and over one that goes on for longer.
@Suite struct ScheduleTests {
  /// The rates of a run of one step an epoch, whose peak is 0.8.
  private func rates(epochs: Int, warmup: Float) throws -> [Float] {
    var options = TrainingOptions(.simclr)
    (options.schedule, options.learningRate) = (.steps, 0.8)
    (options.epochs, options.warmupEpochs) = (epochs, warmup)
    let schedule = try options.makeSchedule(stepsPerEpoch: 1)
    return (0..<epochs).map { schedule.rate(at: $0) }
  }

  /// Milestones within the warm-up wait for its end, and none is lost.
  @Test func stepsAfterALongWarmUp() throws {
    let peak: Float = 0.8
    let tenth = peak * 0.1
    let hundredth = tenth * 0.1
    let rise: [Float] = [0.2, 0.4, 0.6, 0.8]
    #expect(
      try rates(epochs: 10, warmup: 4)
        == rise + [peak, peak, tenth, tenth, hundredth, hundredth])
    // The first of steps 7 and 9 lies within it.
    let one = try rates(epochs: 12, warmup: 8)
    #expect(one[1] == 0.2 && one[3] == 0.4 && one[7] == peak)
    #expect(Array(one[8...]) == [tenth, hundredth, hundredth, hundredth])
    // Both do.
    let both = try rates(epochs: 10, warmup: 8)
    #expect(both[1] == 0.2 && both[3] == 0.4 && both[7] == peak)
    #expect(Array(both[8...]) == [hundredth, hundredth])
  }

  @Test func guidedCropsKeepTheirEpochs() throws {
    var options = SmallRun.options(.moco, epochs: 20)
    func change() throws -> String {
      try TrainingRun(options: options, data: SmallRun.data(), workers: .one)
        .scheduleChange(from: 10)
    }
    #expect(try !change().contains("crop"))
    (options.crop, options.cropWarmup, options.cropInterval) = (.contrastive, 2, 3)
    #expect(try change().hasSuffix(" Its crops keep crop_warmup 2 and crop_interval 3."))
  }
}
