/// What objectives in packages of their own describe themselves by.
extension Contrast {
  /// Each anchor against all others.
  ///
  /// - Parameters:
  ///   - anchors: [N × D].
  ///   - name: their name in errors.
  ///   - temperature: 1e-6 … 1e6.
  /// - Throws: `ContrastiveError`: `.parameter`, `.empty`, `.shape`, `.nonFinite`, `.tooLarge`.
  public init(
    _ anchors: Matrix, named name: String = "embeddings", temperature: Double
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    let rows = Operand(name, anchors)
    try rows.requireRows()
    try rows.requireFinite()
    self.init(rows, against: .anchors, temperature: temperature, excluding: [.diagonal])
  }

  /// Each anchor with one positive, a row of `paired`, against the rows of a bank, or other rows.
  ///
  /// - Parameters:
  ///   - anchors: [N × D].
  ///   - paired: [N × D]; row i is anchor i's positive.
  ///   - bank: [M × D]; without it the negatives are the other rows of `paired`.
  ///   - names: of anchors and of the rows they are paired with, in errors.
  ///   - temperature: 1e-6 … 1e6.
  /// - Throws: `ContrastiveError`: `.parameter`, `.empty`, `.shape`, `.bankNotFilled`,
  ///   `.nonFinite`, `.tooLarge`.
  public init(
    _ anchors: Matrix, pairedWith paired: Matrix, against bank: (any Bank)? = nil,
    named names: (anchors: String, paired: String) = ("queries", "keys"), temperature: Double
  ) throws(ContrastiveError) {
    try requireTemperature(temperature)
    let (rows, own) = (Operand(names.anchors, anchors), Operand(names.paired, paired))
    try rows.requireRows()
    try own.requireShape(of: rows)
    try own.requireFinite()
    guard let columns = bank?.bankColumns else {
      self.init(
        rows, paired: paired, against: .others(own), temperature: temperature,
        excluding: [.diagonal])
      return
    }
    try columns.require(of: rows)
    self.init(
      rows, paired: paired, against: .others(columns.operand), temperature: temperature,
      excluding: columns.exclusions)
    guard !columns.pairs.pairs.isEmpty else { return }
    roles = try roles.adding(columns.pairs, columns: columns.operand.rows, excluding: exclusions)
  }

  /// Makes columns positives of an anchor, with equal shares of the target.
  ///
  /// - Parameter positives: for each anchor its columns; none twice, none excluded.
  /// - Throws: `ContrastiveError`: `.shape`, `.index`.
  public mutating func add(positives: [[Int]]) throws(ContrastiveError) {
    try name(positives, as: PairRoles.positive, argument: "positives")
  }

  /// Excludes columns of an anchor.
  ///
  /// - Parameter columns: for each anchor the columns that are neither positives nor negatives.
  /// - Throws: `ContrastiveError`: `.shape`, `.index`.
  public mutating func exclude(_ columns: [[Int]]) throws(ContrastiveError) {
    try name(columns, as: .excluded, argument: "excluded")
  }

  private mutating func name(
    _ lists: [[Int]], as role: PairRoles.Role, argument: String
  ) throws(ContrastiveError) {
    try requireShape(
      lists.count == anchors.rows, argument, "[\(lists.count)]",
      "[\(anchors.rows)], a list for each anchor")
    for (row, list) in lists.enumerated() {
      var seen = Set(roles.lists[row].map(Int.init))
      if isOneSet { seen.insert(row) }
      for column in list where !(0..<columns.rows ~= column) || !seen.insert(column).inserted {
        throw .index(
          argument: argument, position: row, found: "column \(column)",
          expected: "columns below \(columns.rows), each in one role")
      }
      // Where ranks are excluded, which columns they are is not known yet.
      guard role != .excluded, rankedCounts == nil else { continue }
      if let column = list.first(where: { exclusions.exclude(row: row, column: $0) }) {
        throw .index(
          argument: argument, position: row, found: "column \(column), which is excluded",
          expected: "columns that take part")
      }
    }
    roles = roles.adding { lists[$0].lazy.map { (column: $0, role: role) } }
  }

  /// Chooses among the negatives; after a choice of a ring only weights can be chosen.
  ///
  /// - Parameters:
  ///   - negatives: what becomes of the columns that are neither positives nor excluded.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: counts of what was chosen.
  /// - Throws: `ContrastiveError`: what a search, a rank or a draw throws, `.parameter` for a part
  ///   without a meaning here.
  public mutating func choose(
    _ negatives: Negatives, workers: Workers = .all
  ) throws(ContrastiveError) -> NegativeCounts {
    try negatives.validate(
      without: isOneSet ? [.mixing] : [], in: "a set against itself", use: "a bank")
    if negatives.looksAtRows { widenColumns() }
    return try choose(
      negatives,
      support: Support(paired.map { Operand(anchors.name, $0) } ?? anchors), workers: workers)
  }

  /// The value and its exact gradients.
  ///
  /// Complexity: with N anchors and M columns, 4·N·M·D floating-point operations with the gradient
  /// for the anchors, 4·N·M·D more for that of the columns; with the anchors as columns N²·D for
  /// the value and 3·N²·D more for the gradient. The N × M matrix is never held.
  ///
  /// - Parameters:
  ///   - wantsAnchors: whether the gradient for the anchors is wanted.
  ///   - wantsColumns: whether that for the columns is; not with the anchors as columns, and not
  ///     in half precision.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: the value; gradients for the rows paired with are `paired` times the anchors.
  /// - Throws: `ContrastiveError`: `.parameter`, `.nonFinite`, `.tooLarge`, `.canceled`.
  public func evaluate(
    anchors wantsAnchors: Bool = true, columns wantsColumns: Bool = false,
    workers: Workers = .all
  ) throws(ContrastiveError) -> ContrastValue {
    guard !wantsColumns || !isOneSet && columns.half == nil else {
      throw .parameter(
        name: "columns", found: isOneSet ? "the anchors themselves" : "half precision",
        expected: "columns with a gradient of their own")
    }
    return try evaluate(
      ContrastGradients(anchors: wantsAnchors, columns: wantsColumns), workers: workers)
  }
}
