/// Checks a hyper-parameter.
package func requireParameter(
  _ holds: Bool, _ name: String, _ found: @autoclosure () -> Any,
  _ expected: @autoclosure () -> String
) throws(ContrastiveError) {
  if !holds { throw .parameter(name: name, found: "\(found())", expected: expected()) }
}

/// Checks the shape of an array.
package func requireShape(
  _ holds: Bool, _ argument: String, _ found: @autoclosure () -> String,
  _ expected: @autoclosure () -> String
) throws(ContrastiveError) {
  if !holds { throw .shape(argument: argument, found: found(), expected: expected()) }
}

/// Checks a temperature: positive, finite, and such that its inverse is a normal Float.
package func requireTemperature(
  _ value: Double, named name: String = "temperature"
) throws(ContrastiveError) {
  try requireParameter(1e-6...1e6 ~= value, name, value, "a number from 1e-6 to 1e6")
}

/// Checks a number of rows that something is held of: not negative, and within memory.
package func requireRoom(
  _ count: Int, bytesEach: Int, named name: String
) throws(ContrastiveError) {
  try requireParameter(
    count >= 0 && MachineMemory.holds(count, times: bytesEach), name, count,
    "0 or more, and what fits in memory")
}

/// Checks that there are as many labels, or other numbers, as there are items.
package func requireLabels(
  _ labels: some Collection, count: Int, each item: String = "row", named name: String = "labels"
) throws(ContrastiveError) {
  try requireShape(
    labels.count == count, name, "[\(labels.count)]", "[\(count)], one for each \(item)")
}

/// Checks that every index is in 0 ..< bound, and that there are as many as are wanted; the first
/// outside is named.
package func requireIndices(
  _ indices: [Int], count: Int? = nil, below bound: Int, named name: String
) throws(ContrastiveError) {
  if let count {
    try requireShape(indices.count == count, name, "[\(indices.count)]", "[\(count)]")
  }
  if let position = indices.firstIndex(where: { !(0..<bound ~= $0) }) {
    throw .index(
      argument: name, position: position, found: "\(indices[position])",
      expected: "0 ..< \(bound)")
  }
}

/// Checks that every number is −1, for none, or more; the first below is named.
package func requireMinusOneOrMore(
  _ values: [Int], named name: String
) throws(ContrastiveError) {
  if let position = values.firstIndex(where: { $0 < -1 }) {
    throw .index(
      argument: name, position: position, found: "\(values[position])", expected: "-1 or more")
  }
}
