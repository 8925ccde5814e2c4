import ContrastiveReport
import Testing

@Suite struct ScatterPlotTests {
  private func group(
    _ name: String, _ points: [(x: Double, y: Double)]
  ) -> ScatterPlot.Group { ScatterPlot.Group(name: name, color: "red", points: points) }

  private func draw(_ groups: ScatterPlot.Group...) throws -> Markup {
    try Markup(ScatterPlot(title: "Map", groups: groups).html())
  }

  /// One scale for both directions; y grows upward; 12 to each edge.
  @Test func pointsKeepTheirShape() throws {
    let wide = try draw(group("a", [(0, 0), (4, 1), (2, 0)]))
    #expect(try wide.one("svg")["viewBox"] == "0 0 400 120")
    #expect(try wide.one("path")["d"] == "M12 107h0M388 13h0M200 107h0")
    let tall = try draw(group("a", [(0, 0), (1, 2)]))
    #expect(try tall.one("svg")["viewBox"] == "0 0 400 400")
    #expect(try tall.one("path")["d"] == "M106 388h0M294 12h0")
  }

  @Test func groupsAreColoredNamedAndDescribed() throws {
    let figure = try Markup(
      ScatterPlot(
        title: "Map",
        groups: [
          .init(name: "<cat>", color: "red", points: [(0, 0), (1, 0)]),
          .init(name: "none", color: "gray", points: []),
          .init(name: "dog", color: "blue", points: [(4, 4)]),
        ]
      ).html())
    #expect(figure.name == "figure" && figure["class"] == "map")
    let drawing = try figure.one("svg")
    #expect(drawing["role"] == "img" && drawing["aria-label"] == "Map: 3 points of 2 groups")
    #expect(figure.all("path").map { $0["stroke"] } == ["red", "blue"])
    #expect(figure.all("title").map(\.text) == ["<cat>", "dog"])
    #expect(figure.all("li").map(\.text) == ["<cat>", "dog"])
    #expect(figure.all("i").map { $0["style"] } == ["background:red", "background:blue"])
    #expect(figure.all("text").map(\.text) == ["<cat>", "dog"])
  }

  @Test func aGroupsNameStandsAtItsMedian() throws {
    let figure = try draw(group("a", [(0, 0), (10, 2), (100, 1)]), group("b", [(100, 2)]))
    let name = try #require(figure.all("text", class: "halo").first { $0.text == "a" })
    // Median x 10 of 0 … 100 and median y 1, the middle; the baseline is 4 lower.
    #expect(name["x"] == "49.6" && name["y"] == "64" && name["text-anchor"] == "middle")
  }

  /// Names of groups that lie together are moved apart.
  @Test func namesDoNotCoverEachOther() throws {
    let points: [(x: Double, y: Double)] = [(0, 0), (1, 1)]
    let figure = try draw(
      group("first", points), group("second", points), group("third", points))
    let places = try figure.all("text").map { try $0.number("y") }.sorted()
    #expect(places.count == 3)
    for (a, b) in zip(places, places.dropFirst()) { #expect(b - a >= 15) }
  }

  /// Where there is no room left, the legend alone names a group.
  @Test func namesLieInTheDrawing() throws {
    let groups = (0..<100).map {
      group("group number \($0)", [(0, 0), (1, Double($0) / 1e3)])
    }
    let figure = try Markup(ScatterPlot(title: "Map", groups: groups).html())
    let height = try #require(
      Double(try figure.one("svg")["viewBox"].split(separator: " ").last ?? ""))
    let names = figure.all("text")
    #expect(!names.isEmpty && names.count < 100)
    for name in names {
      let half = 4 * Double(name.text.count)
      #expect(try half...(400 - half) ~= name.number("x") && 0...height ~= name.number("y"))
    }
    #expect(figure.all("li").count == 100)
  }

  @Test func oneAndNoPoint() throws {
    let one = try draw(group("a", [(1e9, -3)]))
    #expect(try one.one("path")["d"] == "M200 60h0")
    #expect(try one.one("svg")["viewBox"] == "0 0 400 120")
    // A name would only cover points.
    #expect(one.all("text").isEmpty && one.all("li").map(\.text) == ["a"])
    let none = try draw(group("a", []))
    #expect(try none.one("svg")["aria-label"] == "Map: 0 points of 0 groups")
    #expect(none.all("path").isEmpty && none.all("text").isEmpty && none.all("li").isEmpty)
    let same = try draw(group("a", [(2, 2), (2, 2)]))
    #expect(try same.one("path")["d"] == "M200 60h0M200 60h0")
  }

  /// A picture is asked for where it covers none before it.
  @Test func picturesDoNotCoverEachOther() throws {
    let points: [(x: Double, y: Double)] = [(0, 0), (0.1, 0), (10, 0), (10, 10)]
    var asked: [Int] = []
    let plot = ScatterPlot(
      title: "Map", groups: [group("a", points)]
    ).html(pictures: points) { picture, frame in
      asked.append(picture)
      return .element("svg", ["class": "picture"], and: frame)
    }
    #expect(asked == [0, 2, 3])
    let frames = try Markup(plot).pictures
    // In the middle of 30 × 30.
    #expect(frames[0].attributes["x"] == "-3" && frames[0].attributes["y"] == "373")
    #expect(frames.allSatisfy { $0["width"] == "30" && $0["height"] == "30" })
  }
}
