import ContrastiveReport
import ContrastiveTraining
import Testing

@Suite struct ComparisonReportTests {
  private func run(
    _ configuration: String, accuracies: [Double], random: Double? = nil, result: String? = nil
  ) throws -> ReportedRun {
    let files = try ReportedRun().write(configuration, "config.json")
    let lines = accuracies.enumerated().map { epoch, accuracy in
      #"{"epoch":\#(epoch + 1),"loss":\#(2 - accuracy),"knn_accuracy":\#(accuracy)"#
        + (random.map { #","random_encoder_knn_accuracy":\#($0)"# } ?? "") + "}"
    }
    try files.write(lines.joined(separator: "\n"), "metrics.jsonl")
    if let result { try files.write(result, "result.json") }
    return files
  }

  @Test func resultsStandSideBySide() throws {
    let runs = [
      try run(#"{"method":"moco","epochs":2,"a":1}"#, accuracies: [0.25, 0.5], random: 0.25),
      try run(
        #"{"method":"pcl","epochs":2}"#, accuracies: [0.5, 0.75], random: 0.25,
        result: #"{"seconds":7260,"knn_accuracy":0.75}"#),
      try run("{}", accuracies: []),
    ]
    let page = try Markup(
      ComparisonReport(runs.map { (try $0.record, nil) }, notes: ["<note>"]).page)
    #expect(try page.one("h1").text == "Comparison of 3 runs")
    #expect(
      page.all("section").map { $0["id"] } == ["results", "curves", "configuration"])
    // Folders of the same name are told apart by their paths.
    let paths = runs.map { $0.folder.file("run") }
    #expect(try page.one("header").one("p").text == paths.joined(separator: " · "))
    let results = try #require(page.section("results"))
    #expect(
      results.cells == [
        ["run", "method", "epochs", "kNN accuracy", "points gained", "time"],
        [paths[0], "moco", "2", "50.00\u{A0}%", "25.00", "not finished"],
        [paths[1], "pcl", "2", "75.00\u{A0}% (best)", "50.00", "2 h 1 min"],
        [paths[2], "unknown method", "0", "–", "–", "not finished"],
      ])
    #expect(try results.one("strong").text == "75.00\u{A0}% (best)")
    #expect(try results.one("p", class: "note").text == "<note>")

    let curves = try #require(page.section("curves"))
    #expect(curves.all("h3").map(\.text) == ["kNN accuracy on the test images", "Loss"])
    // One line a run with epochs, in its own color, and the baseline that they share.
    let chart = curves.all("figure")[0]
    #expect(chart.all("polyline").map { $0["stroke"] } == (0..<2).map(Palette.color))
    #expect(
      chart.all("li").map(\.text) == [
        "\(paths[0]) 50.0\u{A0}%", "\(paths[1]) 75.0\u{A0}%", "random encoder 25.0\u{A0}%",
      ])

    let tables = try #require(page.section("configuration")).all("table")
    #expect(
      tables[0].cells == [
        ["option"] + paths, ["a", "1", "–", "–"], ["epochs", "2", "2", "–"],
        ["method", "moco", "pcl", "–"],
      ])
    #expect(tables[1].cells == [["option"] + paths])
  }

  @Test func baselinesThatDifferAreNotDrawn() throws {
    let runs = [
      try run("{}", accuracies: [0.5], random: 0.1), try run("{}", accuracies: [0.5], random: 0.2),
    ]
    let page = try Markup(ComparisonReport(runs.map { (try $0.record, nil) }).page)
    let chart = try #require(page.section("curves")).all("figure")[0]
    #expect(!chart.text.contains("random encoder"))
    #expect(try #require(page.section("configuration")).text.contains("All options are the same."))
  }

  @Test func runsWithoutEpochsHaveNoCurves() throws {
    let runs = [try run("{}", accuracies: []), try run("{}", accuracies: [])]
    let page = try Markup(ComparisonReport(runs.map { (try $0.record, nil) }).page)
    #expect(page.all("section").map { $0["id"] } == ["results", "configuration"])
    #expect(page.all("strong").isEmpty)
  }

  /// Measures of the runs whose encoders are at hand; a dash for the others.
  @Test func measuresAreComparedWhereThereAreFeatures() throws {
    let trained = try ReportedRun(trained: .moco)
    let other = try run("{}", accuracies: [0.5])
    let page = try Markup(
      ComparisonReport([
        (trained.record, trained.features(ReportedRun.data())), (other.record, nil),
      ]).page)
    let rows = try #require(page.section("measures")).cells
    #expect(rows[0][0] == "measure" && rows[0].count == 3)
    #expect(rows.contains { $0[0] == "RankMe" })
    #expect(rows.dropFirst().allSatisfy { $0[1] != "–" && $0[2] == "–" })
  }
}
