import Testing
import _Reference

/// Expects `gradient` to be the derivative of `loss` at `point`, element by element, by central
/// differences with h = 1e-5, within 1e-7 of the largest element.
func expectDerivative(
  _ gradient: Rows?, at point: Rows, sourceLocation: SourceLocation = #_sourceLocation,
  of loss: (Rows) -> Double
) {
  guard let gradient else {
    Issue.record("no gradient", sourceLocation: sourceLocation)
    return
  }
  let step = 1e-5
  let largest = gradient.joined().map(abs).max() ?? 0
  var worst = 0.0
  for row in point.indices {
    for column in point[row].indices {
      var moved = point
      moved[row][column] += step
      let above = loss(moved)
      moved[row][column] -= 2 * step
      let slope = (above - loss(moved)) / (2 * step)
      worst = max(worst, abs(slope - gradient[row][column]))
    }
  }
  #expect(worst <= 1e-7 * max(largest, 1e-3), sourceLocation: sourceLocation)
}
