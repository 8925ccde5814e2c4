extension Contrast {
  /// What the objective knows of its anchors that a choice of negatives asks for.
  struct Support {
    /// The support embeddings of each image when none are given, view by view.
    var embeddings: Operand
    /// How many images the anchors show: anchor a shows image a modulo this.
    var images: Int
  }

  /// Chooses the negatives; returns counts of what was chosen.
  ///
  /// - Throws: `ContrastiveError`: what a search, a rank or a draw throws, `.shape` for a support
  ///   or mixes that do not fit, `.index` for pairs that do not.
  mutating func choose(
    _ negatives: Negatives, support: Support, workers: Workers
  ) throws(ContrastiveError) -> NegativeCounts {
    try requireParameter(
      rankedCounts == nil && readsColumns || negatives.parts.isSubset(of: [.hardness]), "ring",
      "a choice after one of a ring", "one choice, or weights alone")
    var chosen = NegativeCounts()
    if let pairs = negatives.pairs {
      roles = try roles.adding(pairs, columns: columns.rows, excluding: exclusions)
      chosen.pairs = pairs.pairs.count
    }
    // All passes below look at every element; what looks first must not be misled by one.
    guard !negatives.parts.isSubset(of: [.pairs]) else { return chosen }
    try anchors.requireFinite()
    try columns.requireFinite()
    if let treatment = negatives.falseNegatives {
      let found = try find(treatment, support, workers)
      let role = treatment.mode == .exclude ? .excluded : PairRoles.positive
      roles = roles.adding { row in
        found[row % support.images].lazy.map { (column: $0, role: role) }
      }
      chosen.falseNegatives = found.reduce(0) { $0 + $1.count }
    }
    var left = allExclusions
    if let ring = negatives.ring {
      (chosen.ring, chosen.ringDraws) = try keep(ring, left: &left, workers: workers)
    }
    if let mixing = negatives.mixing {
      try mix(mixing, excluding: left, workers)
    }
    hardness = negatives.hardness ?? hardness
    return chosen
  }

  /// Adds mixes of the columns, which are then the bank that mixes name.
  mutating func add(_ mixes: NegativeMixes) throws(ContrastiveError) {
    try mixes.require(queries: anchors.matrix.rows, bankRows: columns.matrix.rows)
    extras += [
      MixedColumns(
        name: "pairs", source: columns.matrix, anchors: anchors.matrix, partner: .bank,
        rows: mixes.pairs, weights: mixes.pairWeights),
      MixedColumns(
        name: "query-pairs", source: columns.matrix, anchors: anchors.matrix, partner: .anchor,
        rows: mixes.queryPairs, weights: mixes.queryWeights),
    ]
  }

  private mutating func mix(
    _ mixing: Mixing, excluding left: [Exclusion], _ workers: Workers
  ) throws(ContrastiveError) {
    switch mixing {
    case .given(let mixes): try add(mixes)
    case .drawn(let draw, let step):
      try add(
        draw.draw(anchors, among: columns, excluding: left, step: step, workers: workers))
    }
  }

  /// The false negatives of each image.
  func find(
    _ treatment: FalseNegativeTreatment, _ support: Support, _ workers: Workers
  ) throws(ContrastiveError) -> [[Int]] {
    let embeddings = treatment.support.map { Operand("support", $0) } ?? support.embeddings
    try embeddings.requireDimension(of: anchors)
    guard embeddings.matrix.rows > 0, embeddings.matrix.rows.isMultiple(of: support.images) else {
      throw .shape(
        argument: embeddings.name, found: embeddings.matrix.shape,
        expected: "a multiple of \(support.images) rows, one for each image and view")
    }
    // The first anchors show one image each.
    return try treatment.search.find(
      support: embeddings, images: support.images, among: columns, excluding: allExclusions,
      isOneSet: isOneSet && treatment.support == nil && allExclusions.isSymmetric,
      workers: workers)
  }
}

extension Contrast.Support {
  /// Each anchor is its own image, and its own column its support.
  init(_ own: Operand) { self.init(embeddings: own, images: own.matrix.rows) }
}
