import ArgumentParser

/// How a report is printed.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Print the report as one JSON object.")
  var json = false

  /// Prints a report beside the results in files: JSON when asked for, else its lines for people.
  func print(_ report: some Report, beside files: OutputFile?...) throws {
    if json {
      try Standard.json(report, beside: files)
    } else {
      try Standard.output(report.lines.map { $0 + "\n" }.joined(), beside: files)
    }
  }
}

/// What a command prints when it is done.
protocol Report: Encodable {
  /// The report for people.
  var lines: [String] { get }
}
