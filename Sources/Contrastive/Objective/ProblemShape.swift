/// How large the inputs of an objective are, for the memory that it needs.
public struct ProblemShape: Sendable, Equatable {
  /// Rows of the first input: queries, or embeddings of one view.
  public var rows: Int
  /// How many views of these rows there are in the first input.
  public var views: Int
  /// Rows of the bank, or prototypes; 0 without either.
  public var columns: Int
  /// Dimension of the embeddings.
  public var dimension: Int
  /// Earlier rows for each view that a queue holds.
  public var queueRows: Int

  /// A shape.
  public init(rows: Int, views: Int = 1, columns: Int = 0, dimension: Int, queueRows: Int = 0) {
    self.rows = rows
    self.views = views
    self.columns = columns
    self.dimension = dimension
    self.queueRows = queueRows
  }
}

extension ProblemShape {
  /// Scratch of a `Contrast` of these rows with a bank, or in the batch with other keys.
  func contrastBytes(summingColumns: Bool, workers: Workers) -> Int {
    let width = columns == 0 ? rows : columns
    func rectangle(_ rows: Int, _ columns: Int) -> Int {
      RectanglePass.scratchBytes(
        rows: rows, columns: columns, dimension: dimension, summing: true, workers: workers)
    }
    let ahead = rectangle(rows, width)
    guard summingColumns else { return ahead }
    guard columns == 0 || columns == rows else { return max(ahead, rectangle(width, rows)) }
    return max(
      ahead, rectangle(width, rows),
      CrossingPass.scratchBytes(
        rows: rows, dimension: dimension, keeping: true, workers: workers))
  }

  /// Scratch of a `Contrast` of all views with themselves.
  func oneSetBytes(workers: Workers) -> Int {
    SymmetricPass.scratchBytes(rows: rows * views, keeping: true, workers: workers)
  }
}
