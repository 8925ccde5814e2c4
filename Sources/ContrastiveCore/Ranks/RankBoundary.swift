/// What stands at one rank of one row.
package struct RankBoundary: Sendable, Equatable {
  /// The dot product in Double.
  package var similarity: Double
  /// The column.
  package var column: Int
  /// All columns whose Float32 similarity, from any pass, may stand on the wrong side of it.
  package var near: [Near]

  /// A column and its dot product in Double.
  package struct Near: Sendable, Equatable {
    package var column: Int
    package var similarity: Double
  }

  /// Whether a column stands above the boundary or is it.
  package func isReached(by other: Near) -> Bool {
    (other.similarity, column) >= (similarity, other.column)
  }

  /// Whether a column is the boundary or stands below it.
  package func isKept(by other: Near) -> Bool {
    (other.similarity, column) <= (similarity, other.column)
  }
}
