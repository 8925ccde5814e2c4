/// Points of several groups in the plane.
package struct ScatterPlot: Sendable {
  /// Points that share a name and a color.
  package struct Group: Sendable {
    let name: String
    let color: String
    let points: [(x: Double, y: Double)]

    /// A group of points.
    package init(name: String, color: String, points: [(x: Double, y: Double)]) {
      (self.name, self.color, self.points) = (name, color, points)
    }
  }

  private let title: String
  private let groups: [Group]

  /// A plot of the groups that have a point.
  package init(title: String, groups: [Group]) {
    self.title = title
    self.groups = groups.filter { !$0.points.isEmpty }
  }

  private static let size = 400.0
  /// Height and width of a picture.
  private static let pictureSize = 30.0

  /// The plot: a dot for each point, pictures, and of several groups each one's name at its middle.
  ///
  /// - Parameters:
  ///   - pictures: where there is one.
  ///   - draw: the picture of a number with the attributes of its frame; asked of those that cover
  ///     none before them.
  /// - Returns: the figure.
  package func html(
    pictures: [(x: Double, y: Double)] = [],
    draw: (Int, KeyValuePairs<String, String>) -> HTML = { _, _ in .empty }
  ) -> HTML {
    let points = groups.flatMap(\.points)
    let xs = points.map(\.x)
    let ys = points.map(\.y)
    let (left, right) = (xs.min() ?? 0, xs.max() ?? 1)
    let (bottom, top) = (ys.min() ?? 0, ys.max() ?? 1)
    // One scale for both axes: distances in the map mean the same in every direction.
    let span = max(right - left, top - bottom, 1e-12)
    let scale = (Self.size - 24) / span
    let height = max(120, (top - bottom) * scale + 24)
    func place(_ point: (x: Double, y: Double)) -> (x: Double, y: Double) {
      (
        Self.size / 2 + (point.x - (left + right) / 2) * scale,
        height / 2 - (point.y - (bottom + top) / 2) * scale
      )
    }
    // Few are easier to see when they are larger.
    let diameter = points.count <= 200 ? "7" : "4"
    let dots = groups.map { group in
      // Lines of no length with round ends are dots; one path a group keeps the page small.
      let path = group.points.map { point in
        let (x, y) = place(point)
        return "M\(svg(x)) \(svg(y))h0"
      }
      return HTML.element(
        "path",
        [
          "d": path.joined(), "stroke": group.color, "stroke-width": diameter,
          "stroke-linecap": "round",
          "stroke-opacity": "0.65", "fill": "none",
        ], [.element("title", text: group.name)])
    }
    let shown = Self.shown(pictures.map(place)).map { picture, x, y in
      draw(
        picture,
        [
          "x": svg(x - Self.pictureSize / 2), "y": svg(y - Self.pictureSize / 2),
          "width": svg(Self.pictureSize), "height": svg(Self.pictureSize),
        ])
    }
    let middles = groups.map {
      place((median($0.points.map(\.x)), median($0.points.map(\.y))))
    }
    let names = zip(groups, Self.apart(middles, groups.map(\.name))).compactMap {
      group, place -> HTML? in
      // The legend names those that find no room, and one that is alone.
      guard groups.count > 1, place.y + 4 <= height else { return nil }
      let half = min(4 * Double(group.name.count), Self.size / 2)
      return HTML.element(
        "text",
        [
          "class": "halo", "x": svg(min(max(place.x, half), Self.size - half)),
          "y": svg(place.y + 4), "text-anchor": "middle",
        ], text: group.name)
    }
    let drawing = HTML.element(
      "svg",
      [
        "viewBox": "0 0 \(Int(Self.size)) \(Int(height.rounded(.up)))", "role": "img",
        "aria-label": "\(title): \(points.count) points"
          + (groups.count == 1 ? "" : " of \(groups.count) groups"),
      ], dots + shown + names)
    let legend = HTML.element(
      "ul", ["class": "legend"],
      groups.map {
        .element(
          "li", [:], [.element("i", ["style": "background:\($0.color)"]), .text($0.name)])
      })
    return .element("figure", ["class": "map"], [drawing, legend])
  }

  /// The pictures that cover none before them, with their places.
  private static func shown(
    _ places: [(x: Double, y: Double)]
  ) -> [(picture: Int, x: Double, y: Double)] {
    var settled: [(picture: Int, x: Double, y: Double)] = []
    for (picture, (x, y)) in places.enumerated() {
      let isFree = settled.allSatisfy {
        abs($0.x - x) >= pictureSize || abs($0.y - y) >= pictureSize
      }
      if isFree { settled.append((picture, x, y)) }
    }
    return settled
  }

  /// Places for names near their own, moved down where one would cover another.
  private static func apart(
    _ places: [(x: Double, y: Double)], _ names: [String]
  ) -> [(x: Double, y: Double)] {
    var result = places
    var settled: [Int] = []
    for index in places.indices.sorted(by: { places[$0].y < places[$1].y }) {
      for other in settled.sorted(by: { result[$0].y < result[$1].y }) {
        let width = 4 * Double(names[index].count + names[other].count)
        if abs(result[index].x - result[other].x) < width,
          abs(result[index].y - result[other].y) < lineHeight
        {
          result[index].y = result[other].y + lineHeight
        }
      }
      settled.append(index)
    }
    return result
  }

  private static let lineHeight = 15.0

  private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
