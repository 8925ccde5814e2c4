/// How large the inputs of an objective are, for the memory that it needs.
///
/// Counts below 0 are 0, and no larger than a machine can have: 2²⁷ rows, 2⁸ views, 2²⁰ dimensions.
public struct ProblemShape: Sendable, Equatable {
  /// Rows of the first input: queries, or embeddings of one view.
  public var rows: Int { didSet { rows = Self.count(rows) } }
  /// How many views of these rows there are in the first input.
  public var views: Int { didSet { views = Self.count(views, most: 1 << 8) } }
  /// Rows of the bank, or prototypes; 0 without either.
  public var columns: Int { didSet { columns = Self.count(columns) } }
  /// Dimension of the embeddings.
  public var dimension: Int { didSet { dimension = Self.count(dimension, most: 1 << 20) } }
  /// Earlier rows for each view that a queue holds.
  public var queueRows: Int { didSet { queueRows = Self.count(queueRows) } }

  /// A shape.
  public init(rows: Int, views: Int = 1, columns: Int = 0, dimension: Int, queueRows: Int = 0) {
    self.rows = Self.count(rows)
    self.views = Self.count(views, most: 1 << 8)
    self.columns = Self.count(columns)
    self.dimension = Self.count(dimension, most: 1 << 20)
    self.queueRows = Self.count(queueRows)
  }

  private static func count(_ given: Int, most: Int = 1 << 27) -> Int { min(max(0, given), most) }
}

extension ProblemShape {
  /// Scratch of a `Contrast` of these rows with a bank, or in the batch with other keys.
  ///
  /// `inBands` where as many keys are read in bands, up to the rows where they are.
  func contrastBytes(summingColumns: Bool, inBands: Bool = false, workers: Workers) -> Int {
    let width = columns == 0 ? rows : columns
    func rectangle(_ rows: Int, _ columns: Int) -> Int {
      RectanglePass.scratchBytes(
        rows: rows, columns: columns, dimension: dimension, summing: true, workers: workers)
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
