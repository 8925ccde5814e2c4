import Contrastive
import ContrastiveTraining

/// A picture and those most like it, as a page.
public struct SearchPage: Sendable {
  /// The page.
  public let page: Page

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
    let results = found.map { image, similarity in
      let text = images.name(of: image) ?? "image \(image)"
      return HTML.element(
        "figure", ["title": text],
        [
          images.thumbnail(image, text: text),
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
            .element("div", ["class": "pictures"], [query.thumbnail(0, text: name)])
          ]),
        ReportSection(
          name: "results", title: "Most similar",
          contents: [
            .paragraph("Cosine similarity of the encoder's features, most similar first."),
            .element("div", ["class": "pictures"], results),
          ]),
      ])
  }
}
