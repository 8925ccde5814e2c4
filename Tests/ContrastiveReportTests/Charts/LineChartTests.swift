import ContrastiveReport
import Testing

@Suite struct LineChartTests {
  private func line(_ values: [Double], name: String = "loss") -> LineChart.Line {
    LineChart.Line(
      name: name, color: "red", points: values.enumerated().map { ($0 + 1, $1) })
  }

  private func draw(_ chart: LineChart) throws -> Markup {
    try Markup(try #require(chart.html))
  }

  /// The chart is 400 × 260: epochs from 50 to 386, values from 220 up to 14.
  @Test func pointsLieWhereTheAxesSay() throws {
    let figure = try draw(LineChart(title: "Loss", lines: [line([0, 10, 5])]))
    #expect(figure.name == "figure")
    #expect(try figure.one("h3").text == "Loss")
    let drawing = try figure.one("svg")
    #expect(drawing["viewBox"] == "0 0 400 260" && drawing["role"] == "img")
    #expect(try drawing.one("polyline")["points"] == "50,220 218,14 386,117")
    let dots = drawing.all("circle")
    #expect(dots.map { $0["cx"] } == ["50", "218", "386"])
    #expect(dots.map { $0["cy"] } == ["220", "14", "117"])
    #expect(
      dots.map(\.text) == ["loss, epoch 1: 0.000", "loss, epoch 2: 10.000", "loss, epoch 3: 5.000"])
  }

  @Test func ticksStandBesideTheirLines() throws {
    let figure = try draw(LineChart(title: "Loss", lines: [line([0, 10])]))
    let grid = figure.all("line", class: "grid")
    #expect(grid.map { $0["y1"] } == ["220", "178.8", "137.6", "96.4", "55.2", "14"])
    #expect(grid.allSatisfy { $0["y1"] == $0["y2"] && $0["x1"] == "50" && $0["x2"] == "386" })
    let texts = figure.all("text", class: "muted")
    let left = texts.filter { $0["text-anchor"] == "end" }
    let below = texts.filter { $0["text-anchor"] == "middle" }
    #expect(left.map(\.text) == ["0", "2", "4", "6", "8", "10"])
    for (text, line) in zip(left, grid) {
      #expect(try abs(text.number("y") - line.number("y1") - 4) < 0.11)
    }
    #expect(below.map(\.text) == ["1", "2", "epoch"])
    #expect(below.map { $0["x"] } == ["50", "386", "218"])
  }

  @Test func percentagesHaveTheirUnit() throws {
    let figure = try draw(
      LineChart(
        title: "Accuracy", unit: "%", lines: [line([0.25, 0.5], name: "trained")],
        levels: [.init(name: "raw pixels", color: "blue", value: 0.3)]))
    let left = figure.all("text").filter { $0["text-anchor"] == "end" }.map(\.text)
    #expect(left == ["25", "30", "35", "40", "45", "50"].map { $0 + "\u{A0}%" })
    let label = try figure.one("svg")["aria-label"]
    #expect(
      label
        == "Accuracy. trained: from 25.0\u{A0}% to 50.0\u{A0}%; raw pixels: 30.0\u{A0}%")
    #expect(
      figure.all("li").map(\.text) == ["trained 50.0\u{A0}%", "raw pixels 30.0\u{A0}%"])
  }

  @Test func levelsAreDashedAcrossTheChart() throws {
    let figure = try draw(
      LineChart(
        title: "t", lines: [line([0, 10])],
        levels: [
          .init(name: "half", color: "blue", value: 5),
          .init(name: "none", color: "blue", value: .nan),
        ]))
    let level = try #require(figure.all("line").first { $0["class"].isEmpty })
    #expect(level["y1"] == "117" && level["y2"] == "117")
    #expect(level["x1"] == "50" && level["x2"] == "386")
    #expect(level["stroke"] == "blue" && level["stroke-dasharray"] == "5 4")
    #expect(level.text == "half: 5.000")
    let label = try figure.one("svg")["aria-label"]
    #expect(!figure.text.contains("nan") && !label.contains("nan"))
  }

  /// A level beyond the lines widens the axis.
  @Test func levelsLieInside() throws {
    let figure = try draw(
      LineChart(
        title: "t", lines: [line([0, 1])], levels: [.init(name: "far", color: "b", value: 10)]))
    let level = try #require(figure.all("line").first { $0["class"].isEmpty })
    #expect(level["y1"] == "14")
    #expect(try figure.one("polyline")["points"] == "50,220 386,199.4")
  }

  @Test func everyLineHasItsColorAndName() throws {
    let figure = try draw(
      LineChart(
        title: "t",
        lines: [
          line([1, 2], name: "a"), LineChart.Line(name: "b <c>", color: "green", points: [(3, 1)]),
          line([], name: "empty"), line([.nan], name: "undefined"),
        ]))
    #expect(figure.all("polyline").map { $0["stroke"] } == ["red", "green"])
    #expect(figure.all("li").map(\.text) == ["a 2.000", "b <c> 1.000"])
    // Told apart by dashes, too, in the drawing as in the legend.
    #expect(figure.all("polyline").map { $0["stroke-dasharray"] } == ["none", "10 3"])
    #expect(
      figure.all("i").map { $0["style"] } == [
        "background:red",
        "background:repeating-linear-gradient(90deg,green 0px 10px,transparent 10px 13px)",
      ])
    #expect(try figure.one("svg")["aria-label"] == "t. a: from 1.000 to 2.000; b <c>: 1.000")
    // One point is a dot in the middle of its own room.
    #expect(figure.all("circle").last?["cx"] == "386")
  }

  @Test func onePointIsADot() throws {
    let figure = try draw(LineChart(title: "t", lines: [line([3])]))
    let dot = try figure.one("circle")
    #expect(dot["cx"] == "50" && dot["cy"] == "117")
    #expect(figure.all("text").filter { $0["y"] == "238" }.map(\.text) == ["1"])
  }

  @Test func noPointIsNoChart() {
    #expect(LineChart(title: "t", lines: []).html == nil)
    #expect(LineChart(title: "t", lines: [line([]), line([.nan, .infinity])]).html == nil)
    let level = LineChart.Level(name: "l", color: "b", value: 1)
    #expect(LineChart(title: "t", lines: [], levels: [level]).html == nil)
  }

  @Test func manyPointsHaveNoDots() throws {
    let hundred = (0..<100).map(Double.init)
    #expect(try draw(LineChart(title: "t", lines: [line(hundred)])).all("circle").count == 100)
    let more = try draw(LineChart(title: "t", lines: [line(hundred + [1])]))
    #expect(more.all("circle").isEmpty)
    #expect(try more.one("polyline")["points"].split(separator: " ").count == 101)
  }

  /// Numbers that a diverged run writes.
  @Test func hugeNumbersStayInside() throws {
    let figure = try draw(LineChart(title: "t", lines: [line([1, 1e200, -1e299, 1.7e308])]))
    for dot in figure.all("circle") {
      #expect(try 50...386 ~= dot.number("cx") && 14...220 ~= dot.number("cy"))
    }
    #expect(figure.all("circle").count == 3)
  }
}
