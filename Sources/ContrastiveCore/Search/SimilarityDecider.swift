import ContrastiveKernels

/// The similarities that decide what bounds leave open.
package struct SimilarityDecider: Sendable {
  /// The similarity of a row and a column.
  package let similarity: @Sendable (_ row: Int, _ column: Int) -> Double
  /// Is told of a column that is asked for soon.
  let expect: @Sendable (_ column: Int) -> Void

  package init(_ similarity: @escaping @Sendable (_ row: Int, _ column: Int) -> Double) {
    self.similarity = similarity
    expect = { _ in }
  }

  /// The same where the first row has another number.
  func starting(at first: Int) -> SimilarityDecider {
    SimilarityDecider { [similarity] in similarity(first + $0, $1) }
  }

  /// Dot products in Double, of the same bits on every processor.
  init(
    rows: SharedReadOnlyMemory<Float>, columns: SharedReadOnlyMemory<Float>, dimension: Int
  ) {
    let kernels = RowKernels.best
    similarity = { row, column in
      kernels.dot(rows + row * dimension, columns + column * dimension, count: dimension)
    }
    expect = { column in contrastive_prefetch(columns + column * dimension, 4 * dimension) }
  }
}
