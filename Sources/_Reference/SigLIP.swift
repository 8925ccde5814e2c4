/// SigLIP by its definition: softplus of every pair's logit, negated where the two belong together.
public func referenceSigLIP(
  queries: Rows, keys: Rows, temperature: Double, bias: Double
) -> ReferenceResult {
  let (count, dimension) = (queries.count, queries[0].count)
  var (toQueries, toKeys) = (zeros(count, dimension), zeros(count, dimension))
  var (loss, slope, biasSlope) = (0.0, 0.0, 0.0)
  var losses = [Double](repeating: 0, count: count)
  let scale = 1 / Double(count)
  for i in 0..<count {
    for j in 0..<count {
      let similarity = dot(queries[i], keys[j])
      let sign: Double = i == j ? 1 : -1
      let logit = similarity / temperature + bias
      loss += scale * softplus(-sign * logit)
      losses[i] += softplus(-sign * logit)
      let coefficient = -sign * scale * logistic(-sign * logit)
      biasSlope += coefficient
      slope -= coefficient * similarity / (temperature * temperature)
      for d in 0..<dimension {
        toQueries[i][d] += coefficient / temperature * keys[j][d]
        toKeys[j][d] += coefficient / temperature * queries[i][d]
      }
    }
  }
  return ReferenceResult(
    loss: loss, gradients: ["queries": toQueries, "keys": toKeys], temperatureGradient: slope,
    biasGradient: biasSlope, losses: losses)
}
