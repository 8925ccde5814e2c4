import Contrastive
import ContrastiveFiles

/// The report of one run.
public struct RunReport: Sendable {
  /// The page.
  public let page: Page

  /// Puts a run's report together.
  ///
  /// - Parameters:
  ///   - run: what the run wrote.
  ///   - features: its encoder at work, or nil to leave images and maps out.
  ///   - notes: what the reader should know, such as why images are missing.
  ///   - workers: the threads to use; no effect on the result.
  /// - Throws: `ContrastiveError` when an artifact of the run is not what it should be.
  public init(
    _ run: RunRecord, _ features: RunFeatures?, notes: [String] = [], workers: Workers = .all
  ) throws(ContrastiveError) {
    var sheet = PictureSheet()
    var sections: [ReportSection?] = [
      .summary(run, features, notes: notes), .curves(run),
    ]
    if let features {
      let artifacts = try RunArtifacts(run, images: features.train.count)
      let clusters = try FeatureClusters(features, workers: workers)
      sections += [
        .measures(features), try .map(features, on: &sheet, workers: workers),
        try .gallery(features, on: &sheet, workers: workers),
        .prototypes(features, artifacts, clusters, on: &sheet),
      ]
      if let clusters { sections.append(try .clusters(features, clusters, on: &sheet)) }
      sections += [
        .crops(features, artifacts, on: &sheet),
        try .falseNegatives(features, artifacts, on: &sheet, workers: workers),
      ]
    }
    sections += [.configuration(run), .timings(run, features)]
    page = Page(
      title: "Report of \(run.name)", subtitle: "\(run.method) · \(run.path)",
      sections: sections.compactMap(\.self), pictures: sheet)
  }
}

extension Page {
  /// Saves the page, whole or not at all.
  ///
  /// - Parameter path: the file's name; its folder must exist.
  /// - Throws: `ContrastiveError.file`.
  public func write(to path: String) throws(ContrastiveError) {
    try AtomicFile.write(html, to: path)
  }
}
