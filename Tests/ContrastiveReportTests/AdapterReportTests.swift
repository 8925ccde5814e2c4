import ContrastiveReport
import Testing

@Suite struct AdapterReportTests {
  private let files: ReportedRun

  init() throws {
    files = try ReportedRun().write(
      #"{"method":"adapt","head":"linear","sides":"queries","loss":"infonce"}"#, "config.json")
  }

  private func report() throws -> Markup { try Markup(AdapterReport([files.record]).page) }

  private func finish(before: Double, after: Double, epoch: Int) throws {
    func measures(_ mrr: Double) -> String {
      #"{"mrr_at_10":\#(mrr),"ndcg_at_10":0.5,"recall_at_1":0.25,"recall_at_10":0.75}"#
    }
    try files.write(
      #"""
      {"before":\#(measures(before)),"after":\#(measures(after)),"best_epoch":\#(epoch),
       "training_pairs":80,"validation_pairs":10,"held_out_pairs":12,"processes":3,"seconds":2}
      """#, "result.json")
    try files.write(
      #"{"epoch":0,"mrr_at_10":0.25}"# + "\n" + #"{"epoch":1,"mrr_at_10":0.5,"loss":1}"#,
      "metrics.jsonl")
  }

  @Test func aRunThatFoundMore() throws {
    try finish(before: 0.25, after: 0.5, epoch: 1)
    try files.write(
      #"""
      {"risen":1,"fallen":0,"lost":[],
       "won":[{"pair":4,"query":"<cat>","document":"a cat","before":null,"after":1}]}
      """#, "examples.json")
    let page = try report()
    #expect(
      page.all("section").map { $0["id"] } == [
        "summary", "results", "curves", "examples", "configuration",
      ])
    let summary = try #require(page.section("summary"))
    #expect(
      zip(summary.all("dt"), summary.all("dd")).map { "\($0.text): \($1.text)" } == [
        "head: linear", "sides: queries", "loss: infonce", "MRR@10 before: 0.2500",
        "MRR@10 after: 0.5000", "training pairs: 80", "validation pairs: 10",
        "held-out pairs: 12", "epoch kept: 1", "processes: 3", "time: 2.0 s",
      ])
    #expect(page.all("p", class: "note").isEmpty)
    #expect(
      try #require(page.section("results")).cells == [
        ["measure", "before", "after", "points"], ["MRR@10", "0.2500", "0.5000", "+25.00"],
        ["NDCG@10", "0.5000", "0.5000", "+0.00"], ["Recall@1", "0.2500", "0.2500", "+0.00"],
        ["Recall@10", "0.7500", "0.7500", "+0.00"],
      ])
    let both = try Markup(AdapterReport([files.record, files.record]).page)
    #expect(
      try #require(both.section("results")).cells[1].prefix(2) == [
        files.folder.file("run"), "0.2500 → 0.5000 (+25.00)",
      ])
    #expect(
      try #require(page.section("examples")).cells == [
        ["query", "document", "rank before", "rank after"], ["<cat>", "a cat", "beyond 100", "1"],
      ])
  }

  /// What is wrong is said before all else.
  @Test func aRunThatFoundLess() throws {
    try finish(before: 0.5, after: 0.375, epoch: 0)
    let page = try report()
    #expect(
      page.all("p", class: "note").map(\.text) == [
        "Held-out pairs are found less well than before, by 12.50 points of MRR@10.",
        "No epoch was better than the start, which is kept: the head is the identity.",
      ])
    let summary = try #require(page.section("summary"))
    #expect(summary.children.map(\.name) == ["h2", "div", "dl"])
  }

  /// Folders of the same name are told apart by their paths, in the rows and in the legends.
  @Test func runsOfTheSameName() throws {
    let other = try AdapterReportTests()
    try finish(before: 0.25, after: 0.5, epoch: 1)
    try other.finish(before: 0.25, after: 0.375, epoch: 1)
    let page = try Markup(AdapterReport([files.record, other.files.record]).page)
    let paths = [files, other.files].map { $0.folder.file("run") }
    let rows = try #require(page.section("results")).cells.dropFirst()
    #expect(rows.map { $0[0] } == paths)
    let chart = try #require(page.section("curves")).all("figure")[0]
    #expect(chart.all("li").map(\.text) == paths.map { "\($0) 0.500" })
    // A name of its own is enough.
    try files.write("{}", "config.json")
    try other.files.folder.write(#"{"method":"adapt"}"#, "config.json")
    let runs = [try files.record, try RunRecord(path: other.files.folder.path)]
    let apart = try #require(try Markup(AdapterReport(runs).page).section("results")).cells
    #expect(apart.dropFirst().map { $0[0] } == ["run", "\(runs[1].name), not finished"])
  }

  /// Each seed has a row, and is the number it is.
  @Test func seedsHaveRows() throws {
    let measures = #"{"mrr_at_10":0.5,"ndcg_at_10":0.5,"recall_at_1":0.5,"recall_at_10":0.5}"#
    let seeds = [7, UInt64.max].map {
      #"{"seed":\#($0),"before":\#(measures),"after":\#(measures)}"#
    }
    try files.write(#"{"seeds":[\#(seeds.joined(separator: ","))]}"#, "result.json")
    let rows = try #require(try report().section("results")).cells.dropFirst()
    #expect(rows.map { $0[0] } == ["run seed 7", "run seed 18446744073709551615"])
  }

  @Test func aRunThatIsNotFinished() throws {
    let page = try report()
    #expect(page.all("p", class: "note").map(\.text) == ["This run has not finished."])
    #expect(page.section("curves") == nil && page.section("examples") == nil)
  }
}
