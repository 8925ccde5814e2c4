import Contrastive
import ContrastiveCalls

extension ScoreSummary: Report {
  var lines: [String] {
    let head =
      "\(queries) queries scored"
      + (withoutRelevant > 0 ? ", \(withoutRelevant) without a relevant document left out" : "")
    return [head]
      + names.compactMap { name in
        guard let own = measures[name] else { return nil }
        var line = padded(name, 16) + Self.text(own)
        if let against, let other = against.measures[name],
          let difference = against.difference[name]
        {
          line += "   against " + fixed(other.mean, 4) + ": " + Self.text(difference)
          line += ", p " + fixed(difference.pValue ?? 1, 4)
        }
        return line
      }
  }

  private static func text(_ mean: Mean) -> String {
    "\(fixed(mean.mean, 4)) (\(fixed(mean.low, 4)) … \(fixed(mean.high, 4)))"
  }
}
