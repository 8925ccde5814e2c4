extension Duration {
  /// The duration in seconds.
  package var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

/// What a body gives, and how many seconds it took.
package func timed<Value, Failure: Error>(
  _ body: () throws(Failure) -> Value
) throws(Failure) -> (value: Value, seconds: Double) {
  let start = ContinuousClock.now
  let value = try body()
  return (value, (ContinuousClock.now - start).seconds)
}
