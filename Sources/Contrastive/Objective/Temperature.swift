/// Checks a temperature: positive, finite, and such that its inverse is a normal Float.
func requireTemperature(
  _ value: Double, named name: String = "temperature"
) throws(ContrastiveError) {
  guard value.isFinite, 1e-6...1e6 ~= value else {
    throw .parameter(name: name, found: "\(value)", expected: "a number from 1e-6 to 1e6")
  }
}
