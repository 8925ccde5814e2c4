import Contrastive
import _TestSupport

extension APIFuzzTests {
  static let neighbors: [(String, Call)] = [
    (
      "NeighborTable",
      { draw in
        let bank = try draw.matrix()
        let table = try NeighborTable(
          nearestTo: draw.matrix(nil, draw.bool() ? bank.columns : nil), in: bank, k: draw.count(),
          workers: draw.workers)
        _ = try Hubness(table, bankRows: draw.bool() ? nil : draw.count())
      }
    ),
    (
      "graph",
      { draw in
        let rows = try draw.matrix()
        let table = try NeighborTable(graphOf: rows, k: draw.count(), workers: draw.workers)
        let graph = try NeighborGraph(table)
        _ = graph.walkEnds(
          from: 0, steps: draw.random.element(of: [0, 1, 3]),
          countingTo: draw.random.element(of: [0, 1, .max]))
        _ = try FalseNegativeRate(graph: table, labels: draw.integers(rows.rows, below: 3))
        _ = try graph.hardPositives(
          draw.count(), of: draw.matrix(2, rows.columns), in: rows,
          indices: draw.integers(2, below: rows.rows),
          steps: draw.random.element(of: [1, 2, 0, -1]), repeats: draw.bool(), workers: draw.workers
        )
      }
    ),
    (
      "NeighborGraph",
      { draw in
        let nodes = draw.size()
        _ = try NeighborGraph(
          nodes: draw.random.happens(0.2) ? draw.count() : nodes,
          indices: draw.integers(nodes * 2, below: nodes))
      }
    ),
    (
      "WeightedKNN",
      { draw in
        let bank = try draw.matrix()
        let classifier = try WeightedKNN(
          k: draw.count(), temperature: draw.number(), zeroRows: draw.bool() ? .keep : .refuse)
        let queries = try draw.matrix(nil, draw.bool() ? bank.columns : nil)
        _ = try classifier.accuracy(
          queries: queries, queryLabels: draw.integers(queries.rows, below: 4), bank: bank,
          bankLabels: draw.integers(bank.rows, below: 4), top: draw.count(), workers: draw.workers)
      }
    ),
    (
      "HardNegativeMixing",
      { draw in
        let bank = try draw.matrix()
        _ = try HardNegativeMixing(
          hardest: draw.count(), pairs: draw.random.element(of: [0, 1, 5, -1]),
          queryPairs: draw.random.element(of: [0, 1, 5, -1]), distinct: draw.bool()
        ).draw(
          queries: draw.matrix(nil, draw.bool() ? bank.columns : nil), bank: bank,
          workers: draw.workers)
      }
    ),
    (
      "FalseNegatives",
      { draw in
        let columns = try draw.matrix()
        _ = try FalseNegatives(
          topK: draw.count(), threshold: draw.bool() ? nil : draw.number(),
          aggregate: draw.random.element(of: FalseNegatives.Aggregate.allCases)
        ).find(
          support: draw.matrix(nil, columns.columns), views: draw.count(), among: columns,
          workers: draw.workers)
      }
    ),
  ]
}
