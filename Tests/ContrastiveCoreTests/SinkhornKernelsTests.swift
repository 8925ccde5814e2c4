import ContrastiveCore
import Foundation
import Testing

/// Every instruction set of this processor against plain loops in Double.
struct SinkhornKernelsTests {
  static let names = SinkhornKernels.available.map(\.name)

  @Test func portableIsAlwaysThere() {
    #expect(Self.names.last == "portable")
    #expect(Self.names.first == SinkhornKernels.best.name)
  }

  @Test(arguments: names, [1, 3, 8, 15, 16, 17, 33, 100])
  func agreesWithPlainLoops(_ name: String, _ count: Int) throws {
    let kernels = try #require(SinkhornKernels.available.first { $0.name == name })
    var random = CounterRandom(seed: 4, stream: UInt64(count))
    let scores = (0..<count).map { _ in random.uniform(-1, 1) }
    let shifts = (0..<count).map { _ in Double(random.uniform(-3, 3)) }
    let logits = zip(scores, shifts).map { Double($0) * 20 - $1 }
    let top = try #require(logits.max())
    let logSum = top + log(logits.reduce(0) { $0 + exp($1 - top) })

    // Worst seen: 5e-8, the digits of an exponential.
    #expect(
      abs(kernels.logSumExp(scores, count: count, inverse: 20, shifts: shifts) - logSum) < 3e-7)
    var codes = [Float](repeating: 0, count: count)
    let found = kernels.softmax(
      scores, count: count, inverse: 20, shifts: shifts, into: &codes)
    #expect(abs(found - logSum) < 3e-7)
    for place in 0..<count {
      #expect(abs(Double(codes[place]) - exp(logits[place] - logSum)) < 3e-7)
    }
    kernels.exponentials(
      scores, count: count, inverse: 20, shifts: shifts, shift: logSum, into: &codes)
    for place in 0..<count {
      #expect(abs(Double(codes[place]) - exp(logits[place] - logSum)) < 3e-7)
    }

    var maxima = [Double](repeating: -5, count: count)
    kernels.raiseMaxima(scores, count: count, inverse: 20, shift: 2, maxima: &maxima)
    #expect(maxima == scores.map { max(-5, Double($0) * 20 - 2) })
    var sums = [Double](repeating: 1, count: count)
    kernels.addExponentials(
      scores, count: count, inverse: 20, shift: 2, maxima: maxima, to: &sums)
    for place in 0..<count {
      #expect(abs(sums[place] - 1 - exp(Double(scores[place]) * 20 - 2 - maxima[place])) < 3e-7)
    }

    let weighted = zip(scores, shifts).reduce(0) { $0 + Double($1.0) * $1.1 }
    #expect(abs(kernels.weightedSum(scores, factors: shifts, count: count) - weighted) < 1e-13)
    sums = shifts
    kernels.addScaled(scores, count: count, factor: 0.75, to: &sums)
    for place in 0..<count {
      #expect(abs(sums[place] - shifts[place] - 0.75 * Double(scores[place])) < 1e-15)
    }
    kernels.scale(scores, by: shifts, and: 0.5, count: count, into: &codes)
    for place in 0..<count {
      #expect(abs(Double(codes[place]) - Double(scores[place]) * shifts[place] * 0.5) < 1e-7)
    }
  }
}
