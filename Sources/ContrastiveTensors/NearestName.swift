/// The name that takes the fewest edits (insert, delete, replace) to get from `name`.
///
/// Complexity: O(total length of the names × length of `name`).
package func nearestName(to name: String, among names: [String]) -> String? {
  names.min { edits(from: name, to: $0) < edits(from: name, to: $1) }
}

private func edits(from a: String, to b: String) -> Int {
  let (a, b) = (Array(a), Array(b))
  var row = Array(0...b.count)
  for (i, character) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in b.enumerated() {
      let replaced = diagonal + (character == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
