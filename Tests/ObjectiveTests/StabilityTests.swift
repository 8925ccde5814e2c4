import Contrastive
import ContrastiveCore
import ContrastiveFiles
import Testing
import _TestSupport

/// Extremes: logits of ±1e3, equal keys, one key, batches that are fitted down to losses of 1e-20.
@Suite struct StabilityTests {
  /// Huge rows that only rounding tells apart: what is in InvP's background by a product in Float32
  /// need not be by one in Double.
  @Test(arguments: UInt64(1)...20) func invPOfHugeRowsIsFinite(_ seed: UInt64) throws {
    var random = CounterRandom(seed: seed)
    let row = (0..<24).map { _ in random.uniform(-1, 1) }
    let bank = try Matrix((0..<20).map { shift in row.indices.map { row[($0 + shift) % 24] } })
    let queries = try Matrix([[Float]](repeating: [Float](repeating: 3e9, count: 24), count: 20))
    let neighbors = try NeighborGraph(nodes: 20, indices: (0..<20).map { ($0 + 1) % 20 })
    for background in [2, 5] {
      let found = try InvP(background: background, positives: 1, weight: 1.5).evaluate(
        queries: queries, bank: bank, indices: Array(0..<20), neighbors: neighbors)
      #expect(found.loss.isFinite)
      #expect(try #require(found[.queries]).values.allSatisfy(\.isFinite))
    }
  }

  /// At temperature 1e-3: within 16 ε/τ of the definition, as a share of that bound.
  @Test(arguments: Row.all) func tinyTemperatures(_ row: Row) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      // InvP's gradient is a difference of means that may be nearly equal: no promise is made.
      guard entry.hasTemperature, entry.name != "invp" else { return }
      let (temperature, size) = (1e-3, max(9, entry.smallestSize))
      let bound = 16 * 0x1p-23 / temperature
      var worst = (loss: 0.0, gradient: 0.0)
      for problem in try entry.problems(size: size, seed: 21) {
        let asked = entry.at(temperature, problem)
        let (found, expected) = try (entry.evaluate(asked), entry.reference(asked))
        let off = abs(found.loss - expected.loss) / (bound * abs(expected.loss) + 1e-30)
        worst.loss = off.isNaN ? .infinity : max(worst.loss, off)
        for (name, slope) in found.gradients {
          let off = worstError(slope, try #require(expected.gradients[name])) / bound
          worst.gradient = off.isNaN ? .infinity : max(worst.gradient, off)
        }
      }
      print(
        "stability: \(entry.name) at temperature 0.001: loss \(worst.loss) of the bound, gradient "
          + "\(worst.gradient)")
      #expect(worst.loss <= 1 && worst.gradient <= 1)
    }
    try check(row.entry)
  }

  /// A batch that is fitted: log(1 + n e^(−1/τ)) keeps its digits where the textbook's form has
  /// none.
  @Test(arguments: [0.05, 0.025, 0.0217, 0.01]) func fittedBatches(_ temperature: Double) throws {
    let rows = try Matrix((0..<6).map { row in (0..<6).map { $0 == row ? 1 : 0 } })
    let against = log1p(5 * exponential(-1 / temperature))
    let infoNCE = try InfoNCE(temperature: temperature).evaluate(queries: rows, keys: rows)
    let symmetric = try InfoNCE(temperature: temperature, symmetric: true)
      .evaluate(queries: rows, keys: rows)
    let bank = try InfoNCE(temperature: temperature).evaluate(
      queries: rows.rows(at: [0]), keys: rows.rows(at: [0]), bank: rows.rows(at: Array(1..<6)))
    let twoViews = try NTXent(temperature: temperature).evaluate(view1: rows, view2: rows)
    let doubled = log1p(10 * exponential(-1 / temperature))
    var worst = 0.0
    for (found, exact) in [
      (infoNCE.loss, against), (symmetric.loss, against), (bank.loss, against),
      (twoViews.loss, doubled),
    ] {
      worst = max(worst, abs(found / exact - 1) / 1e-3)
    }
    print("stability: fitted to \(against): \(worst) of the bound")
    #expect(worst <= 1)
  }

  private func log1p(_ x: Double) -> Double { x < 1e-6 ? x - x * x / 2 : logarithm(1 + x) }

  /// Equal keys, one key, and a negative that is the anchor: finite, as the definition has them.
  @Test func equalAndSingleKeys() throws {
    let one = try TestData.embeddings(1, 4, seed: 1)
    let same = one.rows(at: [0, 0, 0, 0, 0])
    for temperature in [1, 0.07, 1e-3] {
      let objective = try InfoNCE(temperature: temperature)
      let all = try objective.evaluate(queries: same, keys: same, gradients: [.queries, .keys])
      #expect(abs(all.loss - logarithm(5)) < 1e-6 + 0x1p-24 / temperature)
      #expect(all[.queries]?.values.allSatisfy { abs($0) < 1e-3 } == true)
      #expect(try objective.evaluate(queries: one, keys: one).loss == 0)
      let own = try objective.evaluate(queries: one, keys: one, bank: one)
      #expect(abs(own.loss - logarithm(2)) < 1e-6 + 0x1p-24 / temperature)
      let views = try NTXent(temperature: temperature).evaluate(view1: same, view2: same)
      #expect(abs(views.loss - logarithm(9)) < 1e-6 + 0x1p-24 / temperature)
    }
  }
}
