/// BYOL by its definition: mean ‖p̂1 − ẑ2‖² + mean ‖p̂2 − ẑ1‖².
public func referenceBYOL(
  predictions1: Rows, predictions2: Rows, projections1: Rows, projections2: Rows
) -> ReferenceResult {
  let first = meanSquare(predictions1, projections2)
  let second = meanSquare(predictions2, projections1)
  return ReferenceResult(
    loss: first.value + second.value,
    gradients: ["predictions1": first.gradient, "predictions2": second.gradient],
    losses: zip(first.rows, second.rows).map(+))
}

/// mean_i ‖x̂_i − ŷ_i‖² and its gradient for x, through the division by ‖x_i‖.
private func meanSquare(_ x: Rows, _ y: Rows) -> (value: Double, rows: [Double], gradient: Rows) {
  var value = 0.0
  var rows: [Double] = []
  var gradient = zeros(x.count, x[0].count)
  for (i, (a, b)) in zip(x, y).enumerated() {
    let (lengthA, lengthB) = (dot(a, a).squareRoot(), dot(b, b).squareRoot())
    let unit = a.map { $0 / lengthA }
    let difference = zip(unit, b).map { $0 - $1 / lengthB }
    value += dot(difference, difference) / Double(x.count)
    rows.append(dot(difference, difference))
    let along = dot(difference, unit)
    for d in a.indices {
      gradient[i][d] = 2 * (difference[d] - along * unit[d]) / lengthA / Double(x.count)
    }
  }
  return (value, rows, gradient)
}
