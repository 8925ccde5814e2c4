/// Minimizes a smooth function by the limited-memory BFGS method with strong Wolfe steps.
///
/// Source: Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithms 7.4, 7.5, 3.5,
/// 3.6, with safeguarded cubic interpolation; where values differ by rounding alone, slopes decide
/// (Hager and Zhang, "A new conjugate gradient method with guaranteed descent and an efficient line
/// search", 2005, the approximate Wolfe conditions).
struct LBFGS {
  /// The largest gradient component at which the minimum counts as found.
  var tolerance: Double
  /// Most iterations.
  var iterations: Int
  /// Pairs of steps and gradient changes remembered.
  private static let memory = 10

  /// Where the search ended.
  struct Minimum {
    var point: [Double]
    var value: Double
    var iterations: Int
    var isConverged: Bool
  }

  typealias Function =
    (_ point: [Double]) throws(ContrastiveError) -> (value: Double, gradient: [Double])

  /// Searches for the minimum of a function of finite values; an error of the function ends it.
  func minimize(
    from start: [Double], _ function: Function
  ) throws(ContrastiveError) -> Minimum {
    var point = start
    var (value, gradient) = try function(point)
    var history: [(step: [Double], change: [Double], inverse: Double)] = []
    for iteration in 0..<iterations {
      guard largest(gradient) > tolerance else {
        return Minimum(point: point, value: value, iterations: iteration, isConverged: true)
      }
      var direction = newtonDirection(gradient, history)
      var slope = inner(direction, gradient)
      if slope >= 0 {
        // Rounding has spoilt the history.
        history = []
        direction = gradient.map { -$0 }
        slope = -inner(gradient, gradient)
      }
      let first = history.isEmpty ? min(1, 1 / inner(gradient, gradient).squareRoot()) : 1
      let line = Line(point: point, direction: direction, value: value, slope: slope)
      guard let next = try line.search(first: first, function) else {
        return Minimum(point: point, value: value, iterations: iteration, isConverged: false)
      }
      let step = zip(next.point, point).map { $0 - $1 }
      let change = zip(next.gradient, gradient).map { $0 - $1 }
      let curvature = inner(step, change)
      if curvature > 1e-14 * inner(change, change) {
        history.append((step, change, 1 / curvature))
        if history.count > Self.memory { history.removeFirst() }
      }
      (point, value, gradient) = (next.point, next.value, next.gradient)
    }
    return Minimum(
      point: point, value: value, iterations: iterations,
      isConverged: largest(gradient) <= tolerance)
  }

  /// −H · gradient by the two loops over the history.
  private func newtonDirection(
    _ gradient: [Double], _ history: [(step: [Double], change: [Double], inverse: Double)]
  ) -> [Double] {
    var direction = gradient.map { -$0 }
    var weights: [Double] = []
    for pair in history.reversed() {
      let weight = pair.inverse * inner(pair.step, direction)
      weights.append(weight)
      add(-weight, pair.change, to: &direction)
    }
    if let last = history.last {
      let scale = 1 / (last.inverse * inner(last.change, last.change))
      for position in direction.indices { direction[position] *= scale }
    }
    for (pair, weight) in zip(history, weights.reversed()) {
      add(weight - pair.inverse * inner(pair.change, direction), pair.step, to: &direction)
    }
    return direction
  }
}

/// A function along a direction of descent.
private struct Line {
  let point: [Double]
  let direction: [Double]
  let value: Double
  let slope: Double

  struct Trial {
    var length: Double
    var point: [Double]
    var value: Double
    var gradient: [Double]
    var slope: Double
  }

  private static let sufficientDecrease = 1e-4
  private static let curvature = 0.9

  /// A step that meets the strong Wolfe conditions, or the best decrease found in 30 trials.
  func search(
    first: Double, _ function: LBFGS.Function
  ) throws(ContrastiveError) -> Trial? {
    var previous = Trial(length: 0, point: point, value: value, gradient: [], slope: slope)
    var length = first
    for attempt in 0..<30 {
      let trial = try at(length, function)
      guard trial.value.isFinite else {
        length = (previous.length + length) / 2
        continue
      }
      if !decreases(trial) || (attempt > 0 && trial.value > previous.value + rounding) {
        return try zoom(previous, trial, function)
      }
      if abs(trial.slope) <= -Self.curvature * slope { return trial }
      if trial.slope >= 0 { return try zoom(trial, previous, function) }
      previous = trial
      length *= 2
    }
    return previous.length > 0 ? previous : nil
  }

  private func zoom(
    _ low: Trial, _ high: Trial, _ function: LBFGS.Function
  ) throws(ContrastiveError) -> Trial? {
    var (low, high) = (low, high)
    for _ in 0..<30 {
      let trial = try at(between(low, high), function)
      if !decreases(trial) || trial.value > low.value + rounding {
        high = trial
      } else {
        if abs(trial.slope) <= -Self.curvature * slope { return trial }
        if trial.slope * (high.length - low.length) >= 0 { high = low }
        low = trial
      }
      if abs(high.length - low.length) <= 1e-14 * max(1, low.length) { break }
    }
    return low.length > 0 ? low : nil
  }

  /// The minimum of the cubic through both ends, kept a tenth away from them.
  private func between(_ low: Trial, _ high: Trial) -> Double {
    let width = high.length - low.length
    let middle = low.length + width / 2
    let d = low.slope + high.slope - 3 * (low.value - high.value) / (low.length - high.length)
    let root = d * d - low.slope * high.slope
    guard root >= 0 else { return middle }
    let s = width > 0 ? root.squareRoot() : -root.squareRoot()
    let place = high.length - width * (high.slope + s - d) / (high.slope - low.slope + 2 * s)
    let share = (place - low.length) / width
    return share.isFinite ? low.length + width * min(max(share, 0.1), 0.9) : middle
  }

  /// What values may differ by without a meaning.
  private var rounding: Double { 1e-14 * max(1, abs(value)) }

  private func decreases(_ trial: Trial) -> Bool {
    trial.value <= value + Self.sufficientDecrease * trial.length * slope
      || (trial.value <= value + rounding
        && trial.slope <= (2 * Self.sufficientDecrease - 1) * slope)
  }

  private func at(
    _ length: Double, _ function: LBFGS.Function
  ) throws(ContrastiveError) -> Trial {
    var place = point
    add(length, direction, to: &place)
    let (value, gradient) = try function(place)
    return Trial(
      length: length, point: place, value: value, gradient: gradient,
      slope: inner(direction, gradient))
  }
}

private func inner(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for position in a.indices { sum += a[position] * b[position] }
  return sum
}

private func largest(_ a: [Double]) -> Double { a.reduce(0) { max($0, abs($1)) } }

private func add(_ factor: Double, _ a: [Double], to b: inout [Double]) {
  for position in a.indices { b[position] += factor * a[position] }
}
