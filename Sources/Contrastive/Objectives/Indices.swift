/// Checks that there are `count` indices and that each is below `bound`.
func requireIndices(
  _ indices: [Int], count: Int, below bound: Int, named name: String
) throws(ContrastiveError) {
  guard indices.count == count else {
    throw .shape(argument: name, found: "[\(indices.count)]", expected: "[\(count)]")
  }
  for (position, index) in indices.enumerated() where !(0..<bound ~= index) {
    throw .index(
      argument: name, position: position, found: "\(index)", expected: "0 ..< \(bound)")
  }
}
