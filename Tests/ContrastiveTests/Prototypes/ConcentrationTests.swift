import Contrastive
import Testing
import _Reference

struct ConcentrationTests {
  @Test(arguments: [1, 2, 5, 11, 50])
  func agreesWithTheDefinition(_ clusters: Int) throws {
    var random = CounterRandom(seed: 4)
    let distances = (0..<200).map { _ in Double(random.uniform(0.1, 1)) }
    let assignments = (0..<200).map { _ in random.index(below: clusters) }
    let found = try Concentration.values(
      distances: distances, assignments: assignments, clusters: clusters, temperature: 0.2)
    let expected = referenceConcentrations(
      distances: distances, assignments: assignments, clusters: clusters,
      temperature: Double(Float(0.2)))
    for (a, b) in zip(found, expected) { #expect(a == Float(b)) }
  }

  /// Worked by hand: spreads 2/ln 12 and 1/ln 13; the singleton and the empty cluster take the
  /// larger.
  @Test func smallClustersTakeTheLargest() throws {
    let found = try Concentration.values(
      distances: [1, 3, 1, 1, 1, 7], assignments: [0, 0, 1, 1, 1, 2], clusters: 4,
      temperature: 0.2)
    let large = 0.804_859_6  // 2 / ln 12
    let small = 0.389_871_2  // 1 / ln 13
    let low = small + (large - small) * 0.3  // the 10th percentile of four, at position 0.3
    let mean = (3 * large + low) / 4
    #expect(abs(Double(found[0]) - 0.2 * large / mean) < 1e-6)
    #expect(abs(Double(found[1]) - 0.2 * low / mean) < 1e-6)
    #expect(found[2] == found[0] && found[3] == found[0])
  }

  @Test func undefinedIsTheTemperature() throws {
    let singletons = try Concentration.values(
      distances: [0, 0], assignments: [0, 1], clusters: 2, temperature: 0.3)
    #expect(singletons == [0.3, 0.3])
    let identical = try Concentration.values(
      distances: [0, 0, 0, 0, 1, 1], assignments: [0, 0, 1, 1, 2, 2], clusters: 3,
      temperature: 1)
    #expect(identical.allSatisfy { $0 >= 1e-3 && $0.isFinite })
  }

  @Test func badInput() throws {
    #expect(
      throws: ContrastiveError.parameter(name: "temperature", found: "0.0", expected: "above 0")
    ) {
      try Concentration.values(distances: [], assignments: [], clusters: 1, temperature: 0)
    }
    #expect(
      throws: ContrastiveError.index(
        argument: "assignments", position: 0, found: "3", expected: "0 ..< 2")
    ) {
      try Concentration.values(distances: [1], assignments: [3], clusters: 2, temperature: 1)
    }
  }
}
