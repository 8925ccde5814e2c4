import Contrastive
import Testing
import _TestSupport

/// How far every objective is from its definition in Double, as a share of what is promised.
///
/// On the same Float32 inputs, at temperature τ (the smallest that the objective has), with ε =
/// 2⁻²³ and G the exact gradient:
/// ```
/// |loss − exact| ≤ 16 ε / τ · |exact| + 1e-30        |gradient − G| ≤ 16 ε / τ · max |G|
/// ```
/// The worst share seen is printed for each objective; above 1 fails.
@Suite struct PromisedAccuracyTests {
  static let sizes = [2, 7, 9, 64, 65, 257]
  static let temperatures = [1, 0.5, 0.07, 0.01]

  /// Temperatures that objectives have besides the table's.
  private static let others: [String: Double] = [
    "sce": 0.05, "ressl": 0.04, "swav": 0.05, "protonce": 0.1, "hcsc": 0.1,
  ]

  @Test(arguments: Row.all) func worstShareOfThePromise(_ row: Row) throws {
    func check<Entry: ObjectiveEntry>(_ entry: Entry.Type) throws {
      var (loss, gradient) = ((share: 0.0, where: ""), (share: 0.0, where: ""))
      for size in Self.sizes where size >= entry.smallestSize {
        for (form, problem) in try entry.problems(size: size, seed: 11).enumerated() {
          for temperature in entry.hasTemperature ? Self.temperatures : [1] {
            let asked = entry.at(temperature, problem)
            let found = try entry.evaluate(asked)
            let expected = try entry.reference(asked)
            let least = min(temperature, Self.others[entry.name] ?? 1)
            let bound = 16 * 0x1p-23 / least
            let place = "form \(form), \(size) rows, temperature \(temperature)"
            let off = abs(found.loss - expected.loss) / (bound * abs(expected.loss) + 1e-30)
            if off > loss.share || off.isNaN { loss = (off, place) }
            for (name, slope) in found.gradients {
              let off = worstError(slope, try #require(expected.gradients[name])) / bound
              if off > gradient.share || off.isNaN { gradient = (off, "\(name), \(place)") }
            }
          }
        }
      }
      print(
        "accuracy: \(entry.name) loss \(loss.share) of the bound (\(loss.where)), gradient "
          + "\(gradient.share) (\(gradient.where))")
      #expect(loss.share <= 1 && gradient.share <= 1)
    }
    try check(row.entry)
  }
}
