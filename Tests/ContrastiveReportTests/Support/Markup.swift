import ContrastiveReport
import Testing

/// An element of a page, read strictly: every element that is opened is closed, in order.
struct Markup {
  let name: String
  let attributes: [String: String]
  var children: [Markup] = []
  /// Text directly in it, unescaped.
  var ownText = ""

  /// An attribute, or nothing.
  subscript(_ name: String) -> String { attributes[name, default: ""] }

  /// A number of an attribute.
  func number(_ name: String) throws -> Double { try #require(Double(self[name]), "\(name)") }

  /// The text in it and in what it holds.
  var text: String { ownText + children.map(\.text).joined() }

  /// Itself and all that it holds, in the page's order.
  var all: [Markup] { [self] + children.flatMap(\.all) }

  /// The elements of a name in it.
  func all(_ name: String, class style: String? = nil) -> [Markup] {
    all.filter { $0.name == name && (style == nil || $0["class"] == style) }
  }

  /// The only element of a name in it.
  func one(_ name: String, class style: String? = nil) throws -> Markup {
    let found = all(name, class: style)
    try #require(found.count == 1, "\(found.count) × \(name)")
    return found[0]
  }

  /// Texts of the cells of a table's rows, the head's first.
  var cells: [[String]] {
    all("tr").map { row in
      row.children.filter { $0.name == "th" || $0.name == "td" }.map(\.text)
    }
  }

  /// The images in it, each a part of the page's sheet of pictures.
  var pictures: [Markup] { all("svg", class: "picture") }

  /// What is said of an image to those who cannot see it.
  var alternative: String { children.first { $0.name == "title" }?.text ?? "" }

  /// The section of a name, if the page has it.
  func section(_ name: String) -> Markup? { all("section").first { $0["id"] == name } }
}

extension Markup {
  /// Reads a piece of a page.
  init(_ html: HTML) throws { try self.init(html.markup) }

  /// Reads a page.
  init(_ page: Page) throws {
    let html = page.html
    try #require(html.hasPrefix("<!DOCTYPE html>\n"))
    try self.init(String(html.dropFirst("<!DOCTYPE html>\n".count)))
  }

  init(_ markup: String) throws {
    var open = [Markup(name: "", attributes: [:])]
    var rest = Substring(markup)
    while let start = rest.firstIndex(of: "<") {
      open[open.count - 1].ownText += try Self.unescaped(rest[..<start])
      rest = rest[start...].dropFirst()
      if open.last?.name == "style" {
        // The text of a style sheet ends at its own end tag alone.
        try #require(rest.hasPrefix("/style>"))
      }
      let end = try #require(rest.firstIndex(of: ">"))
      let tag = rest[..<end]
      rest = rest[end...].dropFirst()
      if tag.hasPrefix("/") {
        let closed = open.removeLast()
        try #require(closed.name == tag.dropFirst(), "</\(closed.name)> expected, found <\(tag)>")
        open[open.count - 1].children.append(closed)
      } else {
        let element = try Self.element(tag)
        if ["br", "img", "meta"].contains(element.name) {
          open[open.count - 1].children.append(element)
        } else {
          open.append(element)
        }
      }
    }
    open[0].ownText += try Self.unescaped(rest)
    try #require(open.count == 1, "<\(open[open.count - 1].name)> is not closed")
    let top = open[0]
    self = top.children.count == 1 ? top.children[0] : top
  }

  private static func element(_ tag: Substring) throws -> Markup {
    let name = tag.prefix { $0 != " " }
    var (rest, attributes) = (tag.dropFirst(name.count), [String: String]())
    while !rest.isEmpty {
      try #require(rest.first == " ")
      let equals = try #require(rest.firstIndex(of: "="))
      let key = String(rest[..<equals].dropFirst())
      rest = rest[equals...].dropFirst()
      try #require(rest.first == "\"")
      rest = rest.dropFirst()
      let end = try #require(rest.firstIndex(of: "\""))
      try #require(attributes[key] == nil, "\(key) twice")
      attributes[key] = try unescaped(rest[..<end])
      rest = rest[end...].dropFirst()
    }
    return Markup(name: String(name), attributes: attributes)
  }

  private static func unescaped(_ text: Substring) throws -> String {
    var (result, rest) = ("", text)
    while let start = rest.firstIndex(of: "&") {
      result += rest[..<start]
      let end = try #require(rest[start...].firstIndex(of: ";"))
      let names = ["lt": "<", "gt": ">", "amp": "&", "quot": "\"", "#39": "'"]
      result += try #require(names[String(rest[start..<end].dropFirst())])
      rest = rest[end...].dropFirst()
    }
    return result + rest
  }
}
