/// One clustering's prototypes as an objective sees them: each row's own, and the negatives.
public struct PrototypeTargets: Sendable {
  /// The prototypes, [k × D].
  package let centroids: Matrix
  /// How spread each prototype's cluster is (φ), which divides the similarities with it; k numbers.
  package let concentrations: [Float]
  /// The prototype of each row of the batch; N indices.
  package let assignments: [Int]
  /// Prototypes that serve all rows as negatives; may be empty.
  package let negatives: [Int]

  /// The targets of a batch in one clustering.
  ///
  /// - Parameters:
  ///   - centroids: [k × D].
  ///   - concentrations: k numbers, 1e-6 … 1e6.
  ///   - assignments: N indices of centroids.
  ///   - negatives: any number of indices of centroids.
  ///   - level: which clustering this is, for the names in errors (`centroids.0`, …).
  /// - Throws: `ContrastiveError`: `.empty`, `.nonFinite`, `.tooLarge`, `.shape`, `.index`.
  public init(
    centroids: Matrix, concentrations: [Float], assignments: [Int], negatives: [Int],
    level: Int = 0
  ) throws(ContrastiveError) {
    let operand = Operand("centroids.\(level)", centroids)
    try operand.requireRows()
    try operand.requireFinite()
    try requireLabels(
      concentrations, count: centroids.rows, each: "centroid", named: "concentrations.\(level)")
    if let position = concentrations.firstIndex(where: { !(1e-6...1e6 ~= $0) }) {
      throw .index(
        argument: "concentrations.\(level)", position: position,
        found: "\(concentrations[position])", expected: "a number from 1e-6 to 1e6")
    }
    try requireIndices(assignments, below: centroids.rows, named: "assignments.\(level)")
    try requireIndices(negatives, below: centroids.rows, named: "negatives.\(level)")
    self.centroids = centroids
    self.concentrations = concentrations
    self.assignments = assignments
    self.negatives = negatives
  }

  /// Checks against the queries.
  func require(of queries: Operand, level: Int) throws(ContrastiveError) {
    try Operand("centroids.\(level)", centroids).requireDimension(of: queries)
    try requireLabels(
      assignments, count: queries.matrix.rows, each: "row of \(queries.name)",
      named: "assignments.\(level)")
  }

  /// Prototypes divided by their concentrations: dot products with them are logits.
  func scaled(_ indices: [Int]) -> Matrix {
    centroids.rows(at: indices, times: indices.map { 1 / Double(concentrations[$0]) })
  }

  /// Each row's own prototype among columns of this clustering, which are prototypes by index.
  func contrast(of queries: Operand, among columns: [Int], level: Int) -> Contrast {
    Contrast(
      queries, paired: scaled(assignments),
      against: .others(
        Operand("centroids.\(level) / concentrations.\(level)", scaled(columns))),
      temperature: 1)
  }

  /// Columns but one that hold a row's own prototype, summed over the rows.
  func duplicates(among columns: [Int]) -> Int {
    var holders: [Int: Int] = [:]
    for column in columns { holders[column, default: 0] += 1 }
    return assignments.reduce(0) { $0 + holders[$1, default: 1] - 1 }
  }
}
