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

  /// A picture that may be shown at its point.
  package struct Picture: Sendable {
    let name: String
    let point: (x: Double, y: Double)
    /// The address of its data; nil where it cannot be shown.
    let address: @Sendable () -> String?

    /// A picture at a point.
    package init(name: String, x: Double, y: Double, address: @escaping @Sendable () -> String?) {
      (self.name, point, self.address) = (name, (x, y), address)
    }
  }

  private let title: String
  private let groups: [Group]
  private let pictures: [Picture]

  /// A plot of the groups that have a point, with pictures where there is room for them.
  package init(title: String, groups: [Group], pictures: [Picture] = []) {
    self.title = title
    self.groups = groups.filter { !$0.points.isEmpty }
    self.pictures = pictures
  }

  private static let size = 400.0
  /// Height and width of a picture.
  private static let pictureSize = 30.0

  /// The plot: a dot for each point, and each group's name at its middle.
  package var html: HTML {
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
    let dots = groups.map { group in
      // Lines of no length with round ends are dots; one path a group keeps the page small.
      let path = group.points.map { point in
        let (x, y) = place(point)
        return "M\(svg(x)) \(svg(y))h0"
      }
      return HTML.element(
        "path",
        [
          "d": path.joined(), "stroke": group.color, "stroke-width": "4", "stroke-linecap": "round",
          "stroke-opacity": "0.65", "fill": "none",
        ], [.element("title", text: group.name)])
    }
    let shown = thumbnails(place)
    let middles = groups.map {
      place((median($0.points.map(\.x)), median($0.points.map(\.y))))
    }
    let names = zip(groups, Self.apart(middles, groups.map(\.name))).compactMap {
      group, place -> HTML? in
      // The legend names those that find no room.
      guard place.y + 4 <= height else { return nil }
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
        "aria-label": "\(title): \(points.count) points of \(groups.count) groups",
      ], dots + shown + names)
    let legend = HTML.element(
      "ul", ["class": "legend"],
      groups.map {
        .element(
          "li", [:], [.element("i", ["style": "background:\($0.color)"]), .text($0.name)])
      })
    return .element("figure", ["class": "map"], [drawing, legend])
  }

  /// The pictures that cover none shown before.
  private func thumbnails(
    _ place: ((x: Double, y: Double)) -> (x: Double, y: Double)
  ) -> [HTML] {
    let size = Self.pictureSize
    var settled: [(x: Double, y: Double)] = []
    var shown: [HTML] = []
    for picture in pictures {
      let (x, y) = place(picture.point)
      let isFree = settled.allSatisfy { abs($0.x - x) >= size || abs($0.y - y) >= size }
      guard isFree, let address = picture.address() else { continue }
      settled.append((x, y))
      shown.append(
        .element(
          "image",
          [
            "href": address, "x": svg(x - size / 2), "y": svg(y - size / 2), "width": svg(size),
            "height": svg(size),
          ], [.element("title", text: picture.name)]))
    }
    return shown
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
