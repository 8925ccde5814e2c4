import Contrastive

extension TrainingRun {
  /// What becomes of the schedule of a run that goes on for more epochs, in words.
  ///
  /// - Parameter epochs: that the run was to have before.
  /// - Returns: a sentence, and one more of what guided crops keep.
  /// - Throws: `ContrastiveError.parameter` for a rate that is no number.
  public func scheduleChange(from epochs: Int) throws(ContrastiveError) -> String {
    var shorter = options
    shorter.epochs = epochs
    let before = try shorter.makeSchedule(stepsPerEpoch: stepsPerEpoch).rate(at: stepsDone)
    let now = schedule.rate(at: stepsDone)
    let end = options.schedule == .constant ? "goes on" : "now ends after \(options.epochs)"
    var kept = ""
    if let warmup = options.cropWarmup, let interval = options.cropInterval,
      options.crop == .contrastive
    {
      kept = " Its crops keep crop_warmup \(warmup) and crop_interval \(interval)."
    }
    return "The run goes on to \(options.epochs) epochs instead of \(epochs): its "
      + "\(options.schedule.rawValue) schedule \(end), and the learning rate is \(now), where it "
      + "was to be \(before).\(kept)"
  }
}
