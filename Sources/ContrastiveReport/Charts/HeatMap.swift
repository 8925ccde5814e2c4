/// A table of counts with each cell as dark as its share of its row.
package struct HeatMap: Sendable {
  private let caption: String
  private let corner: String
  private let columns: [String]
  private let rows: [(name: String, counts: [Int])]

  /// A table of counts; `corner` is the heading of the rows' names.
  package init(
    caption: String, corner: String, columns: [String],
    rows: [(name: String, counts: [Int])]
  ) {
    (self.caption, self.corner, self.columns, self.rows) = (caption, corner, columns, rows)
  }

  /// The table; numbers stay readable as text.
  package var html: HTML {
    .element(
      "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": caption],
      [
        .element(
          "table", ["class": "heat"],
          [
            .element("caption", text: caption),
            .element(
              "thead", [:],
              [
                .element(
                  "tr", [:],
                  [.element("th", ["scope": "col"], text: corner)]
                    + columns.map {
                      .element("th", ["scope": "col"], [.element("span", text: $0)])
                    })
              ]),
            .element("tbody", [:], rows.map(row)),
          ])
      ])
  }

  private func row(_ name: String, _ counts: [Int]) -> HTML {
    let total = Double(max(1, counts.reduce(0, +)))
    return .element(
      "tr", [:],
      [.element("th", ["scope": "row"], text: name)]
        + counts.map { count in
          let share = Double(count) / total
          return .element(
            "td", ["style": "--share:\(fixed(share, 3))"], text: count == 0 ? "·" : "\(count)")
        })
  }
}
