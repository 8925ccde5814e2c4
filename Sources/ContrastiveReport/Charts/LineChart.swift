/// Lines over epochs, with level lines to compare them with.
package struct LineChart: Sendable {
  /// A line through points.
  package struct Line: Sendable {
    let name: String
    let color: String
    let points: [(x: Int, y: Double)]

    /// A line through points in the order of `x`.
    package init(name: String, color: String, points: [(x: Int, y: Double)]) {
      (self.name, self.color) = (name, color)
      self.points = points.filter { abs($0.y) <= Axis.largest }
    }

    /// Points that are told apart on the drawing: of very many the least and the greatest of each
    /// group of neighbors.
    fileprivate var drawn: [(x: Int, y: Double)] {
      let group = points.count / 300
      guard group > 2 else { return points }
      return stride(from: 0, to: points.count, by: group).flatMap { start in
        let part = start..<min(start + group, points.count)
        let least = part.min { points[$0].y < points[$1].y } ?? start
        let greatest = part.max { points[$0].y < points[$1].y } ?? start
        let ends = [0, points.count - 1].filter { part.contains($0) }
        return Set([least, greatest] + ends).sorted().map { points[$0] }
      }
    }
  }

  /// A horizontal line.
  package struct Level: Sendable {
    let name: String
    let color: String
    let value: Double

    /// A level line.
    package init(name: String, color: String, value: Double) {
      (self.name, self.color, self.value) = (name, color, value)
    }
  }

  private let title: String
  private let unit: String
  private let lines: [Line]
  private let levels: [Level]

  /// A chart of the lines that have a point, and of levels; what is not finite is skipped.
  package init(title: String, unit: String = "", lines: [Line], levels: [Level] = []) {
    self.title = title
    self.unit = unit
    self.lines = lines.filter { !$0.points.isEmpty }
    self.levels = levels.filter { abs($0.value) <= Axis.largest }
  }

  private static let (width, height) = (400.0, 260.0)
  /// Dashes of several lines, which so are told apart without their colors, too.
  private static let dashes = ["none", "10 3", "2 3", "10 3 2 3"]
  private static let levelDash = "5 4"

  /// The chart; nil when there is no point to show.
  package var html: HTML? {
    let points = lines.flatMap(\.points)
    guard let first = points.map(\.x).min(), let last = points.map(\.x).max() else { return nil }
    let x = Axis(whole: first...last, from: 50, to: Self.width - 14)
    let y = Axis(
      covering: points.map(\.y) + levels.map(\.value), from: Self.height - 40,
      to: 14)
    let drawing = HTML.element(
      "svg",
      [
        "viewBox": "0 0 \(Int(Self.width)) \(Int(Self.height))", "role": "img",
        "aria-label": "\(title). \(description)",
      ],
      grid(x, y) + levels.map { draw($0, x, y) }
        + lines.indices.map { draw(lines[$0], dash($0), x, y) })
    return .element(
      "figure", [:], [.element("h3", text: title), drawing, legend])
  }

  private var description: String {
    let texts =
      lines.map { line in
        let (first, last) = (label(line.points[0].y), label(line.points[line.points.count - 1].y))
        return line.points.count == 1
          ? "\(line.name): \(first)" : "\(line.name): from \(first) to \(last)"
      } + levels.map { "\($0.name): \(label($0.value))" }
    return texts.joined(separator: "; ")
  }

  private func label(_ value: Double) -> String {
    unit == "%" ? percent(value) : short(value)
  }

  private func grid(_ x: Axis, _ y: Axis) -> [HTML] {
    func text(_ tick: Double) -> String {
      unit == "%" ? fixed(100 * tick, max(0, y.digits - 2)) + "\u{A0}%" : y.text(tick)
    }
    var parts: [HTML] = []
    for tick in y.ticks {
      let place = svg(y.place(tick))
      parts.append(
        .element(
          "line",
          ["class": "grid", "x1": svg(x.start), "x2": svg(x.end), "y1": place, "y2": place]))
      parts.append(
        .element(
          "text",
          [
            "class": "muted", "x": svg(x.start - 6), "y": svg(y.place(tick) + 4),
            "text-anchor": "end",
          ], text: text(tick)))
    }
    for tick in x.ticks {
      parts.append(
        .element(
          "text",
          [
            "class": "muted", "x": svg(x.place(tick)), "y": svg(y.start + 18),
            "text-anchor": "middle",
          ], text: fixed(tick, 0)))
    }
    parts.append(
      .element(
        "text",
        [
          "class": "muted", "x": svg((x.start + x.end) / 2), "y": svg(Self.height - 4),
          "text-anchor": "middle",
        ], text: "epoch"))
    return parts
  }

  private func draw(_ level: Level, _ x: Axis, _ y: Axis) -> HTML {
    let place = svg(y.place(level.value))
    return .element(
      "line",
      [
        "x1": svg(x.start), "x2": svg(x.end), "y1": place, "y2": place, "stroke": level.color,
        "stroke-width": "1.5", "stroke-dasharray": Self.levelDash,
      ], [.element("title", text: "\(level.name): \(label(level.value))")])
  }

  private func dash(_ line: Int) -> String { Self.dashes[line % Self.dashes.count] }

  private func draw(_ line: Line, _ dash: String, _ x: Axis, _ y: Axis) -> HTML {
    let places = line.drawn.map { "\(svg(x.place(Double($0.x)))),\(svg(y.place($0.y)))" }
    let path = HTML.element(
      "polyline",
      [
        "points": places.joined(separator: " "), "fill": "none", "stroke": line.color,
        "stroke-width": "2", "stroke-linejoin": "round", "stroke-dasharray": dash,
      ])
    // Beyond some hundred points dots only hide the line.
    let shown = line.points.count <= 100 ? line.points : []
    let dots = shown.map { point in
      HTML.element(
        "circle",
        [
          "cx": svg(x.place(Double(point.x))), "cy": svg(y.place(point.y)), "r": "3",
          "fill": line.color,
        ],
        [.element("title", text: "\(line.name), epoch \(point.x): \(label(point.y))")])
    }
    return .all([path] + dots)
  }

  private var legend: HTML {
    let last = lines.indices.map { place in
      let line = lines[place]
      return (
        lines.count == 1
          ? HTML.element("i", ["style": "background:\(line.color)"])
          : Self.stroke(line.color, dash(place)),
        "\(line.name) \(label(line.points[line.points.count - 1].y))"
      )
    }
    let below = levels.map {
      (Self.stroke($0.color, Self.levelDash), "\($0.name) \(label($0.value))")
    }
    return .element(
      "ul", ["class": "legend"],
      (last + below).map { swatch, text in .element("li", [:], [swatch, .text(text)]) })
  }

  /// A piece of a line with its dashes, as the legend shows it.
  private static func stroke(_ color: String, _ dash: String) -> HTML {
    var (stops, place) = ([String](), 0)
    for (piece, length) in dash.split(separator: " ").compactMap({ Int($0) }).enumerated() {
      stops.append("\(piece % 2 == 0 ? color : "transparent") \(place)px \(place + length)px")
      place += length
    }
    let ground =
      stops.isEmpty
      ? color : "repeating-linear-gradient(90deg,\(stops.joined(separator: ",")))"
    return .element("i", ["class": "stroke", "style": "background:\(ground)"])
  }
}
