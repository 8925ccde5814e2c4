import Contrastive
import ContrastiveTraining

/// A picture and those most like it, as a page.
public struct SearchPage: Sendable {
  /// The page.
  public let page: Page

  /// Pictures that are shown at most.
  private static let most = 1_000

  /// Puts the page together.
  ///
  /// - Parameters:
  ///   - query: a source of one image, the picture asked for.
  ///   - name: what it is called.
  ///   - images: the images that were searched.
  ///   - found: the places of those found, most similar first, with their similarities.
  ///   - folder: where they were searched.
  public init(
    query: any ImageSource, name: String, among images: any ImageSource,
    found: [(image: Int, similarity: Double)], folder: String
  ) {
    var sheet = PictureSheet()
    let asked = sheet.picture(0, of: query, text: name)
    let results = found.prefix(Self.most).map { image, similarity in
      let text = images.name(of: image) ?? "image \(image)"
      return HTML.element(
        "figure", [:],
        [
          sheet.picture(image, of: images, text: text),
          .element("figcaption", text: "\(fixed(similarity, 3))  \(text)"),
        ])
    }
    page = Page(
      title: "Pictures like \(name)",
      subtitle: "\(found.count) of \(images.count) in \(folder)",
      sections: [
        ReportSection(
          name: "query", title: "Query",
          contents: [
            .element("div", ["class": "pictures"], [asked])
          ]),
        ReportSection(
          name: "results", title: "Most similar",
          contents: [
            .paragraph(
              "Cosine similarity of the encoder's features, most similar first"
                + (found.count > Self.most ? "; the first \(Self.most) of them." : ".")),
            .element("div", ["class": "pictures"], results),
          ]),
      ], pictures: sheet)
  }
}
