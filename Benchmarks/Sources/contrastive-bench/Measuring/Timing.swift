extension Duration {
  var milliseconds: Double {
    Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
  }
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return .nan }
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

/// Runs for at least a while and at least once, so that a short run is not one reading of the
/// clock.
///
/// - Returns: the median of the times, in milliseconds, and the last outcome.
func timed(
  _ run: Workload.Run, forMilliseconds least: Double = 30
) throws -> (milliseconds: Double, outcome: Outcome) {
  let clock = ContinuousClock()
  var times: [Double] = []
  var total = 0.0
  var outcome = Outcome()
  repeat {
    let whole = try clock.measure { outcome = try run() }
    let time = (whole - outcome.restoring).milliseconds
    times.append(time)
    total += time
  } while total < least && times.count < 1_000
  return (median(times), outcome)
}
