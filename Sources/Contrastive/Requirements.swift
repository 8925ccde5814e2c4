/// Checks a hyper-parameter.
func requireParameter(
  _ holds: Bool, _ name: String, _ found: Any, _ expected: String
) throws(ContrastiveError) {
  if !holds { throw .parameter(name: name, found: "\(found)", expected: expected) }
}

/// Checks a temperature: positive, finite, and such that its inverse is a normal Float.
func requireTemperature(
  _ value: Double, named name: String = "temperature"
) throws(ContrastiveError) {
  try requireParameter(1e-6...1e6 ~= value, name, value, "a number from 1e-6 to 1e6")
}

/// Checks a number of rows that something is held of: not negative, and within memory.
func requireRoom(
  _ count: Int, bytesEach: Int, named name: String
) throws(ContrastiveError) {
  try requireParameter(
    count >= 0 && MachineMemory.holds(count, times: bytesEach), name, count,
    "0 or more, and what fits in memory")
}

/// Checks that there are as many labels, or other numbers, as there are items.
func requireLabels(
  _ labels: some Collection, count: Int, each item: String = "row", named name: String = "labels"
) throws(ContrastiveError) {
  guard labels.count == count else {
    throw .shape(
      argument: name, found: "[\(labels.count)]", expected: "[\(count)], one for each \(item)")
  }
}
