import ContrastiveCore
import Testing

import ContrastiveTraining

/// A fully connected layer of many images.
@Suite struct LinearTests {
  /// What backward holds does not grow with the batch, and its sums are in the order of the images.
  @Test func gradientsOfLargeBatchesAreBounded() async {
    // The count is one of the whole process.
    await #expect(processExitsWith: .success) {
      let (inputs, outputs, images) = (512, 1_024, 64 * 40)
      var network = try Network(
        [Network.NamedLayer("fc", Linear(inputs: inputs, outputs: outputs, bias: false))], seed: 1)
      let rows = try Matrix(
        rows: images, columns: inputs, values: NetworkCase.numbers(images * inputs, seed: 2))
      let slopes = try Matrix(
        rows: images, columns: outputs, values: NetworkCase.numbers(images * outputs, seed: 3))
      for threads in [1, 3] {
        let workers = try Workers(count: threads)
        let tape = try network.forward(rows, workers: workers).tape
        Scratch.resetPeak()
        let whole = try network.backward(slopes, tape: tape, workers: workers)
        // 40 pieces would have 80 MiB.
        precondition(Scratch.peakBytes < 72 << 20, "\(Scratch.peakBytes) bytes")
        var sum = [Float](repeating: 0, count: inputs * outputs)
        for first in stride(from: 0, to: images, by: 64) {
          let part = try network.forward(rows.rows(first..<(first + 64)), workers: workers).tape
          let found = try network.backward(
            slopes.rows(first..<(first + 64)), tape: part, workers: workers)
          for place in sum.indices { sum[place] += found.values[place] }
        }
        precondition(whole.values == sum, "other bits")
      }
    }
  }
}
