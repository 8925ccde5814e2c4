/// A table of counts with each cell as dark as its share of its row.
struct HeatMap: Sendable {
  var caption: String
  var corner: String
  var columns: [String]
  var rows: [(name: String, counts: [Int])]

  /// The table; numbers stay readable as text.
  var html: HTML {
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
            "td",
            ["style": "--share:\(fixed(share, 3))", "class": share > 0.8 ? "strong" : ""],
            text: count == 0 ? "·" : "\(count)")
        })
  }
}
