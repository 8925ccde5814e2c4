import Contrastive

extension CallInputs {
  /// The clusterings of a call: NAME.0, NAME.1, … for centroids, concentrations, assignments,
  /// negatives.
  func prototypeTargets() throws(ContrastiveError) -> [PrototypeTargets] {
    var found: [PrototypeTargets] = []
    while has("centroids.\(found.count)") {
      let level = found.count
      found.append(
        try PrototypeTargets(
          centroids: matrix("centroids.\(level)"),
          concentrations: numbers("concentrations.\(level)"),
          assignments: integers("assignments.\(level)"),
          negatives: integers("negatives.\(level)"), level: level))
    }
    return found
  }
}
