/// One self-contained page: styles and images are in it, and it is told to load nothing else.
public struct Page: Sendable {
  /// The page's title and first heading.
  public let title: String
  /// A line below it.
  public let subtitle: String
  /// What the page shows.
  public let sections: [ReportSection]

  /// What pictures in the sections are parts of.
  let pictures: PictureSheet

  /// A page of sections in their order.
  public init(title: String, subtitle: String, sections: [ReportSection]) {
    self.init(title: title, subtitle: subtitle, sections: sections, pictures: PictureSheet())
  }

  init(title: String, subtitle: String, sections: [ReportSection], pictures: PictureSheet) {
    self.title = title
    self.subtitle = subtitle
    self.sections = sections
    self.pictures = pictures
  }

  /// The page as HTML.
  public var html: String {
    let head = HTML.element(
      "head", [:],
      [
        .element("meta", ["charset": "utf-8"]),
        .element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        .element("meta", ["name": "color-scheme", "content": "light dark"]),
        .element(
          "meta",
          [
            "http-equiv": "Content-Security-Policy",
            "content": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
          ]),
        .element("title", text: title),
        .style(Style.sheet),
      ])
    let body = HTML.element(
      "body", [:],
      [
        .element(
          "header", [:],
          [
            .element("h1", text: title), .element("p", ["class": "subtitle"], text: subtitle),
            links,
          ]),
        .element("main", [:], sections.map(\.html)), pictures.html,
      ])
    return "<!DOCTYPE html>\n"
      + HTML.element("html", ["lang": "en"], [head, body]).markup + "\n"
  }

  private var links: HTML {
    .element(
      "nav", ["aria-label": "Sections"],
      sections.map { .element("a", ["href": "#\($0.name)"], text: $0.title) })
  }
}

/// A part of a report.
///
/// What a method has to show is a section made from what its runs leave in their folder: add a
/// function that returns one, or nil when the run has no such thing, and name it in `RunReport`.
public struct ReportSection: Sendable {
  /// What links lead to: letters and dashes.
  public let name: String
  /// Its heading.
  public let title: String
  /// What it shows.
  public let contents: [HTML]

  /// A section.
  public init(name: String, title: String, contents: [HTML]) {
    self.name = name
    self.title = title
    self.contents = contents
  }

  var html: HTML {
    .element(
      "section", ["id": name, "aria-labelledby": "\(name)-title"],
      [.element("h2", ["id": "\(name)-title"], text: title)] + contents)
  }
}
