/// Hubness: whether a few points are among the nearest neighbors of very many.
///
/// With N_k(x) the number of rows that have x among their k nearest,
/// ```
/// skewness = mean (N_k − k)³ / deviation³      0 when occurrences are even; large with hubs
/// ```
/// Source: Radovanović, Nanopoulos and Ivanović, "Hubs in space: popular nearest neighbors in
/// high-dimensional data", JMLR 2010.
public struct Hubness: Sendable, Equatable {
  /// How often each bank row is among the nearest.
  public let occurrences: [Int]

  /// Counts the occurrences in a table of neighbors.
  ///
  /// - Parameters:
  ///   - table: nearest neighbors, such as a kNN graph.
  ///   - bankRows: rows of the bank that was searched; those of the table for a graph.
  /// - Throws: `ContrastiveError`: `.index` when the table names another row, `.parameter`.
  public init(_ table: NeighborTable, bankRows: Int? = nil) throws(ContrastiveError) {
    let bankRows = bankRows ?? table.rows
    try requireParameter(
      bankRows >= 0 && MachineMemory.holds(bankRows, times: 8), "bankRows", bankRows,
      "0 or more, of which the counts fit in memory")
    try requireIndices(table.indices, below: bankRows, named: "neighbors")
    var occurrences = [Int](repeating: 0, count: bankRows)
    for index in table.indices { occurrences[index] += 1 }
    self.occurrences = occurrences
  }

  /// The third standardized moment of the occurrences; 0 when all are equal.
  public var skewness: Double {
    let count = Double(occurrences.count)
    let mean = Double(occurrences.reduce(0, +)) / count
    var (second, third) = (0.0, 0.0)
    for occurrence in occurrences {
      let distance = Double(occurrence) - mean
      second += distance * distance
      third += distance * distance * distance
    }
    guard second > 0 else { return 0 }
    let variance = second / count
    return third / count / (variance * variance.squareRoot())
  }

  /// Occurrences of the largest hub.
  package var largest: Int { occurrences.max() ?? 0 }

  /// Share of rows that are no row's neighbor.
  package var orphanShare: Double {
    Double(occurrences.count { $0 == 0 }) / Double(max(1, occurrences.count))
  }
}
