/// A piece of an HTML page: text is escaped when it comes in, so no value can break out.
public struct HTML: Sendable, Equatable {
  /// The markup.
  public let markup: String

  private init(markup: String) { self.markup = markup }

  /// Nothing.
  public static let empty = HTML(markup: "")

  /// Text, escaped.
  public static func text(_ text: String) -> HTML { HTML(markup: escaped(text)) }

  /// Pieces one after the other.
  public static func all(_ pieces: [HTML]) -> HTML {
    HTML(markup: pieces.map(\.markup).joined())
  }

  /// An element with attributes, whose values are escaped, and contents.
  public static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:],
    and more: KeyValuePairs<String, String> = [:], _ contents: [HTML] = []
  ) -> HTML {
    let all = Array(attributes) + Array(more)
    let start = "<\(name)" + all.map { " \($0)=\"\(escaped($1))\"" }.joined() + ">"
    if voidElements.contains(name) { return HTML(markup: start) }
    return HTML(markup: start + contents.map(\.markup).joined() + "</\(name)>")
  }

  /// An element that holds text alone.
  public static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String
  ) -> HTML {
    element(name, attributes, [.text(text)])
  }

  /// A style sheet; it must not hold `</`.
  static func style(_ sheet: String) -> HTML {
    precondition(!sheet.contains("</"), "a style sheet that would end itself")
    return HTML(markup: "<style>\(sheet)</style>")
  }

  private static let voidElements: Set<String> = ["br", "img", "meta"]

  private static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      // Control characters are not allowed in a page.
      case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{7F}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension HTML {
  /// A table with a heading row; the first column holds row headings.
  static func table(caption: String, headings: [String], rows: [[HTML]]) -> HTML {
    .element(
      "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": caption],
      [
        .element(
          "table", [:],
          [
            .element("caption", text: caption),
            .element(
              "thead", [:],
              [.element("tr", [:], headings.map { .element("th", ["scope": "col"], text: $0) })]),
            .element("tbody", [:], rows.map(row)),
          ])
      ])
  }

  private static func row(_ cells: [HTML]) -> HTML {
    .element(
      "tr", [:],
      cells.enumerated().map { place, cell in
        place == 0 ? .element("th", ["scope": "row"], [cell]) : .element("td", [:], [cell])
      })
  }

  /// A paragraph.
  static func paragraph(_ text: String) -> HTML { .element("p", text: text) }

  /// What is shown when asked for.
  static func details(_ summary: String, _ contents: [HTML]) -> HTML {
    .element("details", [:], [.element("summary", text: summary)] + contents)
  }
}
