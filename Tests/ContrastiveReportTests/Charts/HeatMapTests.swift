import ContrastiveReport
import Testing

@Suite struct HeatMapTests {
  private func draw(_ rows: [(name: String, counts: [Int])]) throws -> Markup {
    try Markup(
      HeatMap(caption: "Counts", corner: "cluster", columns: ["<a>", "b"], rows: rows).html)
  }

  @Test func cellsAreSharesOfTheirRow() throws {
    let table = try draw([("1", [3, 1]), ("2", [0, 9])])
    #expect(table.cells == [["cluster", "<a>", "b"], ["1", "3", "1"], ["2", "·", "9"]])
    let cells = table.all("td")
    #expect(
      cells.map { $0["style"] } == ["0.750", "0.250", "0.000", "1.000"].map { "--share:\($0)" })
  }

  @Test func isATableForScreenReaders() throws {
    let table = try draw([("1", [1, 1])])
    #expect(table["role"] == "region" && table["aria-label"] == "Counts")
    #expect(table["tabindex"] == "0")
    #expect(try table.one("caption").text == "Counts")
    #expect(table.all("th").map { $0["scope"] } == ["col", "col", "col", "row"])
  }

  @Test func emptyRowsAndTables() throws {
    let table = try draw([("1", [0, 0])])
    #expect(table.all("td").map(\.text) == ["·", "·"])
    #expect(table.all("td").allSatisfy { $0["style"] == "--share:0.000" })
    #expect(try draw([]).cells == [["cluster", "<a>", "b"]])
  }
}
