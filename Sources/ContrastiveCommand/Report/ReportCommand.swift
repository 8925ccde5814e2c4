import ArgumentParser
import Contrastive
import ContrastiveReport
import ContrastiveTraining

/// `contrastive report`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write a run, or several side by side, as one HTML page.",
    discussion: """
      The page is one file that loads nothing from anywhere. Of one run: loss and accuracy curves, \
      all measures of `contrastive evaluate`, a map of the test images (principal components), \
      nearest neighbors, the images nearest to each prototype, clusters against classes or, \
      without labels, with images of each, what the method left in the run's folder, the \
      configuration and the time it took. Of several runs: results, curves, measures and the \
      options that differ. Of runs of `contrastive adapt`: measures before and after, curves, and \
      the pairs won and lost.

      The page's name goes to standard output.

      Examples:
        contrastive report run
        contrastive report run run-moco --output compared.html
      """)

  @Argument(help: "Run folders of `contrastive train`, or of `adapt`.")
  var runs: [String]

  @Option(
    help: "Data folder. (default: the one in the run's configuration, else Fashion-MNIST)")
  var data: String?

  @Option(
    name: .shortAndLong,
    help: "Page to write. (default: report.html in the run's folder; comparison.html for several)")
  var output: String?

  @OptionGroup(title: "Pictures and memory") var pictures: PictureOptions
  @OptionGroup var parallel: ParallelOptions

  func validate() throws {
    if runs.isEmpty { throw ValidationError("no run: give one run folder or several") }
  }

  func run() throws {
    let workers = try parallel.workers
    let records = try runs.map { try RunRecord(path: $0) }
    let path = output ?? (records.count == 1 ? "\(records[0].path)/report.html" : "comparison.html")
    let file = try OutputFile(
      path, format: .html, inputs: runs + [data] + records.map(\.dataFolder))
    if records.contains(where: \.isAdapter) {
      return try writeAdapters(records, to: file)
    }
    let source = ReportData(given: data, pictures: pictures)
    var notes: [String] = []
    var entries: [(run: RunRecord, features: RunFeatures?)] = []
    for (record, name) in zip(records, RunRecord.names(records)) {
      if let folder = try? DataFolder.path(data ?? record.dataFolder) {
        try pictures.requirePictures(in: folder, imageSize: nil)
      }
      Standard.error("measuring \(record.path)\n")
      let features: RunFeatures?
      do throws(ContrastiveError) {
        features = try source.features(of: record, isAlone: records.count == 1, workers: workers)
      } catch {
        // What was asked for must be there; what was guessed need not.
        guard data == nil else { throw error }
        features = nil
        notes.append("\(name): images and measures are left out, because \(error).")
      }
      entries.append((record, features))
    }
    let page =
      if records.count == 1 {
        try RunReport(entries[0].run, entries[0].features, notes: notes, workers: workers).page
      } else {
        ComparisonReport(entries, notes: notes).page
      }
    try page.write(to: path)
    try Standard.output("\(path)\n", beside: [file])
  }

  /// Writes the page of runs of `contrastive adapt`.
  private func writeAdapters(_ records: [RunRecord], to file: OutputFile) throws {
    if let other = records.first(where: { !$0.isAdapter }) {
      throw ContrastiveError.file(
        path: other.path, problem: "is no run of `adapt`, whose runs have pages of their own")
    }
    guard data == nil else {
      throw ValidationError("--data belongs to runs of `train`")
    }
    try AdapterReport(records).page.write(to: file.path)
    try Standard.output("\(file.path)\n", beside: [file])
  }
}

/// The images that runs are measured on.
private struct ReportData {
  /// `--data`.
  let given: String?
  let pictures: PictureOptions

  /// A run's encoder at work on its images.
  func features(
    of run: RunRecord, isAlone: Bool, workers: Workers
  ) throws(ContrastiveError) -> RunFeatures {
    guard run.isFinished else {
      throw .file(
        path: run.path, problem: "has not finished: an encoder in it is of fewer epochs")
    }
    let path = try DataFolder.path(given ?? run.dataFolder)
    // The logistic probe is worth its seconds for one run; several are told apart without.
    let measures = Set(RepresentationEvaluation.Measure.allCases).subtracting(
      isAlone ? [] : [.logistic])
    var reading = run.reading
    pictures.apply(to: &reading)
    // As the encoder takes them, whatever pictures these are.
    let shape = try EncoderFile(path: RunFolder(path: run.path).encoderPath).encoder.inputShape
    if [1, 3].contains(shape.channels) { reading.channels = shape.channels }
    return try RunFeatures(
      run, data: DataFolder.images(path, reading, workers: workers),
      classNames: InstalledData.fashionMNIST() == path ? InstalledData.fashionMNISTClasses : [],
      measures: measures, workers: workers)
  }
}
