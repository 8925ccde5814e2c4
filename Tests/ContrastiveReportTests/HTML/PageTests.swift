import ContrastiveCore
import ContrastiveReport
import Testing
import _TestSupport

@Suite struct PageTests {
  private let page = Page(
    title: "A & B", subtitle: "<i>",
    sections: [
      ReportSection(name: "one", title: "First <1>", contents: [.element("p", text: "x")]),
      ReportSection(name: "two", title: "Second", contents: []),
    ])

  @Test func hasTitlesAndSectionsInOrder() throws {
    let html = try Markup(page)
    #expect(html.name == "html" && html["lang"] == "en")
    #expect(try html.one("title").text == "A & B" && html.one("h1").text == "A & B")
    #expect(try html.one("p", class: "subtitle").text == "<i>")
    #expect(html.all("h2").map(\.text) == ["First <1>", "Second"])
    #expect(try html.one("main").children.map { $0["id"] } == ["one", "two"])
  }

  @Test func linksLeadToItsSections() throws {
    let html = try Markup(page)
    let links = html.all("a")
    #expect(links.map { $0["href"] } == ["#one", "#two"])
    #expect(links.map(\.text) == ["First <1>", "Second"])
    #expect(try html.one("nav")["aria-label"] == "Sections")
    // A section is named by its heading.
    for section in html.all("section") {
      let heading = try section.one("h2")
      #expect(
        section["aria-labelledby"] == heading["id"] && heading["id"] == section["id"] + "-title")
    }
  }

  @Test func loadsNothing() throws {
    let html = try Markup(page)
    let policy = try #require(
      html.all("meta").first { $0["http-equiv"] == "Content-Security-Policy" })
    #expect(
      policy["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    #expect(html.all("meta").contains { $0["charset"] == "utf-8" })
    let sheet = try html.one("style").ownText
    for word in ["url(", "@import", "http", "//"] { #expect(!sheet.contains(word), "\(word)") }
    #expect(html.all("script").isEmpty && html.all("link").isEmpty)
  }

  @Test func isReadableInTheDarkAndOnPaper() throws {
    let sheet = try Markup(page).one("style").ownText
    for rule in ["prefers-color-scheme:dark", "prefers-reduced-motion", "@media print"] {
      #expect(sheet.contains(rule), "\(rule)")
    }
    // Every color that a rule names is defined, for light and for dark.
    let used = Set(
      sheet.components(separatedBy: "var(--").dropFirst().map { $0.prefix { $0 != ")" } })
    for name in used where name != "share" {
      #expect(sheet.components(separatedBy: "--\(name):").count >= 3, "\(name)")
    }
  }

  /// Text has a contrast of 4.5 and more with what it stands on, light and dark (WCAG 2.2, AA).
  @Test func colorsOfTextAreReadable() throws {
    let sheet = try Markup(page).one("style").ownText
    for colors in [Contrast.colors(sheet, 0), Contrast.colors(sheet, 1)] {
      for text in ["text", "muted", "accent", "good", "bad"] {
        for ground in ["surface", "page"] {
          let (a, b) = (try #require(colors[text]), try #require(colors[ground]))
          #expect(Contrast.ratio(a, b) >= 4.5, "\(text) on \(ground)")
        }
      }
      // The darkest cell of a table of counts.
      let (accent, ground) = (try #require(colors["accent"]), try #require(colors["page"]))
      let most = try #require(colors["most"])[0]
      let cell = zip(accent, ground).map { most * $0 + (1 - most) * $1 }
      #expect(Contrast.ratio(try #require(colors["text"]), cell) >= 4.5)
      // Lines and dots.
      for group in 0..<10 {
        let color = Contrast.color(Palette.color(group).dropFirst())
        #expect(Contrast.ratio(color, try #require(colors["surface"])) >= 3, "group \(group)")
      }
    }
  }

  @Test func isWrittenWholeOrNotAtAll() throws {
    let folder = try TemporaryFolder()
    try page.write(to: folder.file("page.html"))
    #expect(try folder.text("page.html") == page.html)
    #expect(try folder.names == ["page.html"])
    let path = folder.file("no/page.html")
    #expect(
      throws: ContrastiveError.file(
        path: path,
        problem: "cannot be saved: its folder cannot be opened: No such file or directory")
    ) { try page.write(to: path) }
  }
}
