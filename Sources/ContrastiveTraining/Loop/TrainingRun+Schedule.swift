import Contrastive

extension TrainingRun {
  /// What becomes of the schedule of a run that goes on for more epochs, as a sentence.
  ///
  /// - Parameter epochs: that the run was to have before.
  /// - Returns: the sentence.
  /// - Throws: `ContrastiveError.parameter` for a rate that is no number.
  public func scheduleChange(from epochs: Int) throws(ContrastiveError) -> String {
    var shorter = options
    shorter.epochs = epochs
    let before = try shorter.makeSchedule(stepsPerEpoch: stepsPerEpoch).rate(at: stepsDone)
    let now = schedule.rate(at: stepsDone)
    let end = options.schedule == .constant ? "goes on" : "now ends after \(options.epochs)"
    return "The run goes on to \(options.epochs) epochs instead of \(epochs): its "
      + "\(options.schedule.rawValue) schedule \(end), and the learning rate is \(now), where it "
      + "was to be \(before)."
  }
}
