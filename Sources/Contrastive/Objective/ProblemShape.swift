/// How large the inputs of an objective are, for the memory that it needs.
///
/// Counts below 0 are 0, and none is larger than a machine can have: 2²⁷ rows in all views, 2²⁷ of
/// a bank, as many in a queue for all views, 2²⁰ dimensions.
public struct ProblemShape: Sendable, Equatable {
  /// Rows of the first input: queries, or embeddings of one view.
  public let rows: Int
  /// How many views of these rows there are in the first input.
  package let views: Int
  /// Rows of the bank, or prototypes; 0 without either.
  public let columns: Int
  /// Dimension of the embeddings.
  public let dimension: Int
  /// Earlier rows for each view that a queue holds.
  package let queueRows: Int
  /// How the bank's embeddings are kept.
  package let bankPrecision: BankSlots.Precision

  /// A shape.
  ///
  /// - Parameters:
  ///   - rows: rows of the first input: queries, or embeddings of one view.
  ///   - views: how many views of these rows there are in the first input.
  ///   - columns: rows of the bank, or prototypes; 0 without either.
  ///   - dimension: dimension of the embeddings.
  ///   - queueRows: earlier rows for each view that a queue holds.
  ///   - bankPrecision: how the bank's embeddings are kept.
  public init(
    rows: Int, views: Int = 1, columns: Int = 0, dimension: Int, queueRows: Int = 0,
    bankPrecision: BankSlots.Precision = .single
  ) {
    let most = 1 << 27
    func count(_ given: Int, _ most: Int) -> Int { min(max(0, given), most) }
    self.rows = count(rows, most)
    self.views = count(views, most / max(1, self.rows))
    self.columns = count(columns, most)
    self.dimension = count(dimension, 1 << 20)
    self.queueRows = count(queueRows, most / max(1, self.views))
    self.bankPrecision = bankPrecision
  }
}

extension ProblemShape {
  /// Whether a pass widens its columns tile by tile.
  var isHalf: Bool { columns > 0 && bankPrecision == .half }

  /// Scratch of a `Contrast` of these rows with a bank, or in the batch with other keys.
  ///
  /// `inBands` where as many keys are read in bands, up to the rows where they are.
  func contrastBytes(summingColumns: Bool, inBands: Bool = false, workers: Workers) -> Int {
    let width = columns == 0 ? rows : columns
    func rectangle(_ rows: Int, _ columns: Int) -> Int {
      RectanglePass.scratchBytes(
        rows: rows, columns: columns, dimension: dimension, summing: true, isHalf: isHalf,
        workers: workers)
    }
    let ahead = rectangle(rows, width)
    guard summingColumns else { return ahead }
    guard columns == 0 || columns == rows else { return max(ahead, rectangle(width, rows)) }
    let crossing =
      !inBands
      ? CrossingPass.scratchBytes(rows: rows, dimension: dimension, keeping: true, workers: workers)
      : CrossingPass.keepsAll(rows: rows) ? BandGrid(rows: rows, columns: rows).scratchBytes : 0
    return max(ahead, rectangle(width, rows), crossing)
  }

  /// Scratch of a `Contrast` of all views with themselves.
  func oneSetBytes(workers: Workers) -> Int {
    SymmetricPass.scratchBytes(rows: rows * views, keeping: true, workers: workers)
  }
}
