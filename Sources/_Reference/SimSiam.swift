/// SimSiam by its definition: −½ (mean cos(p1, z2) + mean cos(p2, z1)).
public func referenceSimSiam(
  predictions1: Rows, predictions2: Rows, projections1: Rows, projections2: Rows
) -> ReferenceResult {
  let first = meanCosine(predictions1, projections2)
  let second = meanCosine(predictions2, projections1)
  return ReferenceResult(
    loss: -(first.value + second.value) / 2,
    gradients: [
      "predictions1": first.gradient.map { $0.map { -$0 / 2 } },
      "predictions2": second.gradient.map { $0.map { -$0 / 2 } },
    ],
    losses: zip(first.rows, second.rows).map { -($0 + $1) / 2 })
}

/// mean_i ⟨x_i, y_i⟩ / (‖x_i‖ ‖y_i‖) and its gradient for x.
private func meanCosine(_ x: Rows, _ y: Rows) -> (value: Double, rows: [Double], gradient: Rows) {
  var value = 0.0
  var rows: [Double] = []
  var gradient = zeros(x.count, x[0].count)
  for (i, (a, b)) in zip(x, y).enumerated() {
    let (lengthA, lengthB) = (dot(a, a).squareRoot(), dot(b, b).squareRoot())
    let cosine = dot(a, b) / (lengthA * lengthB)
    value += cosine / Double(x.count)
    rows.append(cosine)
    for d in a.indices {
      gradient[i][d] = (b[d] / lengthB - cosine * a[d] / lengthA) / lengthA / Double(x.count)
    }
  }
  return (value, rows, gradient)
}
