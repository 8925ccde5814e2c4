/// The nearest centroid of a point so far: known in Float32 until something comes near it.
struct Nearest: Sendable {
  private(set) var column: Int
  /// Its squared distance, once it is known in Double.
  private var exact: Double?
  /// What it is at most.
  private(set) var squareAtMost: Double
  /// The distance of the centroid it started from, at least.
  private(set) var oldDistance: Double

  /// Stands for no centroid.
  static let none = Int(UInt32.max)

  /// Nothing so far.
  init() {
    column = Self.none
    squareAtMost = .infinity
    oldDistance = 0
  }

  init(own: Int, float square: Float, slack: Float) {
    column = own
    squareAtMost = max(0, Double(square) + Double(slack))
    oldDistance = max(0, Double(square) - Double(slack)).squareRoot()
  }

  var distanceAtMost: Double { squareAtMost.squareRoot() }

  /// Takes a centroid if it is nearer, or as near and of a lower index.
  mutating func consider(_ other: Int, row: Int, in memory: SearchMemory) {
    guard other != column else { return }
    let mine =
      column == Self.none ? .infinity : exact ?? memory.squaredDistance(row, column)
    let square = memory.squaredDistance(row, other)
    if square < mine || (square == mine && other < column) {
      column = other
      exact = square
    } else {
      exact = mine
    }
    // Above what Double's own rounding can lose.
    squareAtMost = (exact ?? mine) * (1 + 0x1p-40)
  }
}
