/// A help or error text with its line of usage broken between options, so that it fits a terminal.
///
/// - Parameters:
///   - text: the text, of which one line may begin with `USAGE: ` or `Usage: `.
///   - width: columns at most; a single option that is longer stays whole.
/// - Returns: the text with that line broken.
package func foldingUsage(_ text: String, width: Int = 80) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
    guard line.count > width, line.hasPrefix("USAGE: ") || line.hasPrefix("Usage: ") else {
      return String(line)
    }
    var folded: [String] = []
    for word in usageWords(line) {
      if let last = folded.last, last.count + 1 + word.count <= width {
        folded[folded.count - 1] = last + " " + word
      } else {
        folded.append(folded.isEmpty ? word : "    " + word)
      }
    }
    return folded.joined(separator: "\n")
  }.joined(separator: "\n")
}

/// The command, and then each option with its value.
private func usageWords(_ line: Substring) -> [String] {
  var words: [String] = []
  for word in line.split(separator: " ") {
    let isWhole = words.last.map { $0.hasPrefix("[") == $0.hasSuffix("]") } ?? true
    if word.first == "[" || (isWhole && word.first == "-") || words.isEmpty {
      words.append(String(word))
    } else {
      words[words.count - 1] += " " + word
    }
  }
  return words
}
