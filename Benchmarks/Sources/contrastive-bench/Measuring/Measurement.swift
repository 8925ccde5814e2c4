import Contrastive
import ContrastiveFiles

/// What one workload's runs showed.
struct Measurement {
  let workload: Workload
  let threads: Int
  /// Milliseconds of each run.
  let times: [Double]
  /// Each run's time over that of the reference's operations of the same moment; in units of its
  /// own 10⁹ operations where the workload has none.
  let ratios: [Double]
  let peakScratchBytes: Int

  /// A run takes at most about this long in all.
  private static let budget = 20_000.0

  init(of workload: Workload, runs: Int, workers: Workers, reference: Reference) throws {
    let inputs = Inputs(file: SafetensorsFile(tensors: try workload.inputs()))
    let run = try workload.prepare(inputs, workers)
    Diagnostics.resetPeakScratch()
    var (first, _) = try timed(run, forMilliseconds: 0)
    peakScratchBytes = Diagnostics.peakScratchBytes
    var (times, ratios) = ([Double](), [Double]())
    let operations = workload.operations > 0 ? workload.operations : 1e9
    let count = max(1, min(runs, Int(Self.budget / first)))
    for _ in 0..<count {
      first = try timed(run).milliseconds
      times.append(first)
      ratios.append(first / reference.milliseconds(for: operations))
    }
    (self.workload, threads, self.times, self.ratios) = (workload, workers.count, times, ratios)
  }

  var median: Double { contrastive_bench.median(times) }
  var ratio: Double { contrastive_bench.median(ratios) }

  var json: String {
    """
    {"processor":"\(Baseline.processor)","workload":"\(workload.name)",\
    "size":"\(workload.size)","threads":\(threads),"runs":\(times.count),\
    "median_ms":\(rounded(median)),"minimum_ms":\(rounded(times.min() ?? 0)),\
    "gflops":\(rounded(workload.operations / median / 1e6)),"of_reference":\(ratio),\
    "peak_scratch_bytes":\(peakScratchBytes)}
    """
  }

  static let header =
    pad("workload", 15) + pad("size", 30) + pad("runs", 6) + pad("median ms", 11)
    + pad("min ms", 11) + pad("GFLOP/s", 9) + pad("of sgemm", 10) + "scratch MiB"

  var row: String {
    let products = workload.operations > 0
    return pad(workload.name, 15) + pad(workload.size, 30) + pad("\(times.count)", 6)
      + pad("\(rounded(median))", 11) + pad("\(rounded(times.min() ?? 0))", 11)
      + pad(products ? "\(rounded(workload.operations / median / 1e6))" : "", 9)
      + pad(products ? "\(rounded(1 / ratio))" : "", 10)
      + "\(rounded(Double(peakScratchBytes) / 1_048_576))"
  }
}

func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

func pad(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(1, width - text.count))
}
