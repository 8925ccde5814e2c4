import ArgumentParser

/// How a report is printed.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Print the report as one JSON object.")
  var json = false

  /// Prints a report beside the result in a file: JSON when asked for, else its lines for people.
  func print(_ report: some Report, beside file: OutputFile? = nil) throws {
    if json {
      try Standard.json(report, beside: file)
    } else {
      try Standard.output(report.lines.map { $0 + "\n" }.joined(), beside: file)
    }
  }
}

/// What a command prints when it is done.
protocol Report: Encodable {
  /// The report for people.
  var lines: [String] { get }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
