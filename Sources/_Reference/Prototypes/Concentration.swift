import Foundation

/// φ of each cluster by its definition; NaN where it has no answer.
public func referenceConcentrations(
  distances: [Double], assignments: [Int], clusters: Int, temperature: Double
) -> [Double] {
  var spreads = (0..<clusters).map { cluster in
    let own = assignments.indices.filter { assignments[$0] == cluster }.map { distances[$0] }
    return own.count > 1
      ? own.reduce(0, +) / Double(own.count) / log(Double(own.count) + 10) : -1
  }
  let largest = max(0, spreads.max() ?? 0)
  spreads = spreads.map { $0 < 0 ? largest : $0 }
  let sorted = spreads.sorted()
  func percentile(_ q: Double) -> Double {
    let position = Double(clusters - 1) * q / 100
    let low = Int(floor(position))
    let high = Int(ceil(position))
    return sorted[low] * (1 - (position - Double(low))) + sorted[high] * (position - Double(low))
  }
  let clipped = spreads.map { min(max($0, percentile(10)), percentile(90)) }
  let mean = clipped.reduce(0, +) / Double(clusters)
  return clipped.map { $0 / mean * temperature }
}
