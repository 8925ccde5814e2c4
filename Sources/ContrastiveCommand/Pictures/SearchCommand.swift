import ArgumentParser
import Contrastive
import ContrastiveImages
import ContrastiveReport
import ContrastiveTraining

/// `contrastive search`.
struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Find the pictures of a folder that are most like one picture.",
    discussion: """
      Embeds the folder's pictures and the query with a trained encoder and prints the paths of \
      the most similar, one a line after its similarity: the cosine of the features, most similar \
      first, ties in the order of the paths. A query that lies in the folder finds itself.

      Example:
        contrastive search --run run --images ~/Pictures --query cat.jpg --page found.html
      """)

  @Option(name: .customLong("run"), help: "Run folder of `contrastive train`.")
  var runFolder: String

  @Option(help: "Folder of pictures to search (.jpg, .jpeg, .png, .webp at any depth).")
  var images: String

  @Option(help: "The picture to look for.")
  var query: String

  @Option(name: .short, help: "Pictures to find; all when there are fewer.")
  var k: Int = 10

  @Option(help: "Also write a page that shows them, .html.")
  var page: String?

  @Option(help: "Height and width that pictures are brought to. (default: the encoder's)")
  var imageSize: Int?

  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Pictures and memory") var pictures: PictureOptions
  @OptionGroup var parallel: ParallelOptions

  func run() throws {
    guard k >= 1 else {
      throw ContrastiveError.parameter(name: "k", found: "\(k)", expected: "at least 1")
    }
    let file = try page.map { page throws(ContrastiveError) in
      try OutputFile(page, format: .html, inputs: [images, query, runFolder], option: "page")
    }
    let workers = try parallel.workers
    let input = try EncoderPictures(
      encoder: RunFolder(path: runFolder).encoderPath, size: imageSize, options: pictures)
    let asked = try input.picture(query)
    let trained = try input.encoder(for: asked.shape)
    let sought = try trained.encoder.features(
      of: asked, scaling: trained.scaling, workers: workers)
    guard sought.values.contains(where: { $0 != 0 }) else {
      throw ContrastiveError.file(
        path: query,
        problem: "has features of zeros alone by this encoder, to which nothing can be compared")
    }
    let searched = try input.all(in: images, workers: workers)
    let rows = try trained.features(of: searched, workers: workers).normalized().rows
    let table = try NeighborTable(
      nearestTo: sought.normalized().rows, in: rows, k: min(k, rows.rows), workers: workers)
    let found = table.indices(of: 0).enumerated().map {
      (image: $1, similarity: Double(table.similarities[0, $0]))
    }
    if let file {
      let page = SearchPage(
        query: asked, name: query, among: searched, found: found, folder: images
      ).page
      try page.write(to: file.path)
    }
    try report.print(
      FoundPictures(
        query: query, pictures: searched.count,
        results: found.map {
          FoundPictures.Result(
            path: searched.name(of: $0.image) ?? "", similarity: $0.similarity)
        }), beside: file)
  }
}

/// What a search prints.
struct FoundPictures: Report {
  /// A picture that was found.
  struct Result: Encodable {
    let path: String
    let similarity: Double
  }

  let query: String
  /// Pictures searched.
  let pictures: Int
  let results: [Result]

  var lines: [String] { results.map { "\(fixed($0.similarity, 4))  \($0.path)" } }
}
