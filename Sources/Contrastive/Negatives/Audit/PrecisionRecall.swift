/// How well "at least so much" tells what is true: precision and recall at every threshold.
package struct PrecisionRecall: Sendable, Equatable {
  /// Thresholds from the highest to the lowest, at each of which something more is found.
  package let thresholds: [Double]
  /// Of what is found at each threshold, the share that is true.
  package let precision: [Double]
  /// Of what is true, the share that is found.
  package let recall: [Double]
  /// Σ (recall gained at a threshold) · (its precision).
  package let averagePrecision: Double

  /// The curve of counts in ascending bins of the same size, each with its lower edge.
  init(found: [Int], true positives: [Int], lowerEdge: (Int) -> Double) {
    let all = Double(max(1, positives.reduce(0, +)))
    var (count, right) = (0, 0)
    var (thresholds, precision, recall): ([Double], [Double], [Double]) = ([], [], [])
    var average = 0.0
    for bin in found.indices.reversed() where found[bin] > 0 {
      count += found[bin]
      right += positives[bin]
      thresholds.append(lowerEdge(bin))
      precision.append(Double(right) / Double(count))
      recall.append(Double(right) / all)
      average += Double(positives[bin]) / all * Double(right) / Double(count)
    }
    self.thresholds = thresholds
    self.precision = precision
    self.recall = recall
    averagePrecision = average
  }

  /// The harmonic mean of precision and recall at a threshold.
  package func f1(_ index: Int) -> Double {
    let sum = precision[index] + recall[index]
    return sum > 0 ? 2 * precision[index] * recall[index] / sum : 0
  }

  /// The threshold that maximizes F1, the highest on a tie; nil of nothing.
  package var best: Int? {
    var best: Int?
    for index in thresholds.indices where best.map({ f1(index) > f1($0) }) ?? true { best = index }
    return best
  }
}
