import Contrastive
import Testing

/// Walks over a neighbour graph, against their list.
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

  @Test func refusesWhatIsNoTable() {
    #expect(throws: ContrastiveError.self) { try NeighborGraph(nodes: 2, indices: [0, 1, 2, 0]) }
    #expect(throws: ContrastiveError.self) { try NeighborGraph(nodes: 2, indices: [0, 1, 1]) }
    #expect(throws: ContrastiveError.empty(argument: "neighbors")) {
      try NeighborGraph(nodes: 2, indices: [])
    }
  }
}
