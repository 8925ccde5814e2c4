import Contrastive
import Testing
import _TestSupport

/// Walks over a neighbor graph, against their list.
@Suite struct NeighborGraphTests {
  @Test(arguments: [(5, 2, 3), (40, 4, 3), (7, 3, 4), (3, 1, 6)])
  func countsWalks(_ nodes: Int, _ k: Int, _ steps: Int) throws {
    var random = CounterRandom(seed: 1)
    let indices = (0..<(nodes * k)).map { _ in random.index(below: nodes) }
    let graph = try NeighborGraph(nodes: nodes, indices: indices)
    for start in 0..<nodes {
      var (level, reached) = ([start], [Int]())
      for _ in 0..<steps {
        level = level.flatMap { indices[($0 * k)..<(($0 + 1) * k)] }
        reached += level
      }
      let counts = Dictionary(grouping: reached) { $0 }.mapValues(\.count)
      let ends = graph.walkEnds(from: start, steps: steps)
      #expect(ends.map(\.node) == counts.keys.sorted())
      #expect(ends.allSatisfy { counts[$0.node] == $0.count })
      let capped = graph.walkEnds(from: start, steps: steps, countingTo: 2)
      #expect(capped.map(\.count) == ends.map { min(2, $0.count) })
    }
  }

  /// 4⁴⁰ walks are more than an Int counts.
  @Test func manyWalks() throws {
    let graph = try NeighborGraph(nodes: 2, indices: [0, 0, 1, 1, 1, 1, 0, 0])
    #expect(graph.walkEnds(from: 0, steps: 40).allSatisfy { $0.count == .max })
  }

  /// Against a list of all walks, sorted.
  @Test(arguments: [true, false])
  func hardPositivesAreTheLeastSimilar(repeats: Bool) throws {
    let bank = try TestData.embeddings(60, 8, seed: 1)
    let queries = try TestData.embeddings(9, 8, seed: 2)
    let graph = try NeighborGraph(NeighborTable(graphOf: bank, k: 4))
    let indices = (0..<9).map { $0 * 5 }
    for count in [1, 7, 1000] {
      let found = try graph.hardPositives(
        count, of: queries, in: bank, indices: indices, steps: 3, repeats: repeats)
      for row in 0..<9 {
        var (level, reached) = ([indices[row]], [Int]())
        for _ in 0..<3 {
          level = level.flatMap { graph.indices[($0 * 4)..<(($0 + 1) * 4)] }
          reached += level
        }
        if !repeats { reached = Array(Set(reached)) }
        let expected = reached.map { node in
          (
            zip(queries.row(row), bank.row(node)).reduce(0.0) { $0 + Double($1.0) * Double($1.1) },
            node
          )
        }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(count)
        let listed = found[row].flatMap { [Int](repeating: $0.node, count: $0.count) }
        #expect(listed == expected.map(\.1))
      }
      #expect(
        found
          == (try graph.hardPositives(
            count, of: queries, in: bank, indices: indices, steps: 3, repeats: repeats,
            workers: .one)))
    }
    #expect(throws: ContrastiveError.parameter(name: "count", found: "0", expected: "at least 1")) {
      try graph.hardPositives(0, of: queries, in: bank, indices: indices)
    }
    #expect(
      throws: ContrastiveError.shape(
        argument: "bank", found: "[5 × 8]", expected: "[60 × 8], a row for each node")
    ) {
      try graph.hardPositives(1, of: queries, in: bank.rows(0..<5), indices: indices)
    }
  }

  @Test func refusesWhatIsNoTable() {
    #expect(
      throws: ContrastiveError.index(
        argument: "neighbors", position: 2, found: "2", expected: "0 ..< 2")
    ) { try NeighborGraph(nodes: 2, indices: [0, 1, 2, 0]) }
    #expect(throws: ContrastiveError.shape(argument: "neighbors", found: "[3]", expected: "[4]")) {
      try NeighborGraph(nodes: 2, indices: [0, 1, 1])
    }
    #expect(throws: ContrastiveError.empty(argument: "neighbors")) {
      try NeighborGraph(nodes: 2, indices: [])
    }
  }
}
