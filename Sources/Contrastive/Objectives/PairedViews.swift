/// Two views of N images as one set of 2N rows, in which every row has a partner.
struct PairedViews: Sendable {
  /// Images.
  let count: Int
  /// [view1; view2].
  let rows: Matrix
  /// [view2; view1]: row i's partner.
  let partners: Matrix
  /// A row itself and its partner, which are not negatives.
  let notNegatives: [Exclusion]

  /// Checks that the views are finite, not empty and of one shape.
  init(_ view1: Matrix, _ view2: Matrix) throws(ContrastiveError) {
    let first = Operand("view1", view1)
    let second = Operand("view2", view2)
    try first.requireRows()
    try second.requireShape(of: first)
    try first.requireFinite()
    try second.requireFinite()
    let count = view1.rows
    self.count = count
    rows = view1.stacked(on: view2)
    partners = view2.stacked(on: view1)
    notNegatives = [
      .diagonal, .listed(RowLists((0..<(2 * count)).map { [($0 + count) % (2 * count)] })),
    ]
  }

  /// The index of a row's partner.
  func partner(of row: Int) -> Int { (row + count) % (2 * count) }

  /// Every row against every row, each pair once.
  func run<Consumer: TileConsumer>(
    _ consumer: Consumer, accumulating: Bool, kept: KeptTiles?, workers: Workers
  ) throws(ContrastiveError) -> TiledSweep.Outcome<Consumer.Partial> {
    try TiledSweep(symmetric: Operand("views", rows)).run(
      consumer, accumulating: accumulating, kept: kept, workers: workers)
  }
}
