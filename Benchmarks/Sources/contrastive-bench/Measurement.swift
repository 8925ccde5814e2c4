/// What one workload's runs showed.
struct Measurement {
  let workload: String
  let shape: String
  let threads: Int
  /// Milliseconds of each run of the workload.
  let times: [Double]
  /// Milliseconds of each run of sgemm on the same number of operations, one between any two above.
  let sgemmTimes: [Double]
  let operations: Double
  let peakScratchBytes: Int

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  var median: Double { Self.median(times) }
  var minimum: Double { times.min() ?? .nan }
  var gflops: Double { operations / median / 1e6 }
  /// Median over the runs of sgemm's time on the same work over the workload's.
  var shareOfSgemm: Double { Self.median(zip(sgemmTimes, times).map { $0 / $1 }) }

  var json: String {
    """
    {"workload":"\(workload)","shape":"\(shape)","threads":\(threads),"runs":\(times.count),\
    "median_ms":\(rounded(median)),"minimum_ms":\(rounded(minimum)),"gflops":\(rounded(gflops)),\
    "share_of_sgemm":\(rounded(shareOfSgemm)),"peak_scratch_bytes":\(peakScratchBytes)}
    """
  }

  static let tableHeader =
    pad("workload", 16) + pad("shape", 20) + pad("threads", 9) + pad("median ms", 11)
    + pad("min ms", 9) + pad("GFLOP/s", 9) + pad("of sgemm", 10) + "scratch MiB"

  var tableRow: String {
    pad(workload, 16) + pad(shape, 20) + pad("\(threads)", 9) + pad("\(rounded(median))", 11)
      + pad("\(rounded(minimum))", 9) + pad("\(rounded(gflops))", 9)
      + pad("\(rounded(shareOfSgemm))", 10)
      + "\(rounded(Double(peakScratchBytes) / 1_048_576))"
  }
}

private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

private func pad(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(1, width - text.count))
}
