import ContrastiveReport
import Testing

/// Sections made from what a run wrote about itself.
@Suite struct NumberSectionTests {
  private let files: ReportedRun

  init() throws { files = try ReportedRun().write(#"{"method":"moco"}"#, "config.json") }

  private func section(_ name: String) throws -> Markup? {
    try Markup(RunReport(files.record, nil).page).section(name)
  }

  /// The figures of the summary, name and value.
  private func figures() throws -> [String] {
    let list = try #require(try section("summary")).one("dl", class: "numbers")
    return zip(list.all("dt"), list.all("dd")).map { "\($0.text): \($1.text)" }
  }

  private func notes() throws -> [String] {
    try #require(try section("summary")).all("p", class: "note").map(\.text)
  }

  @Test func theSummaryOfARunThatHasNotBegun() throws {
    #expect(try figures() == ["method: moco", "epochs: 0"])
    #expect(try notes() == ["This run has not finished."])
    #expect(try section("curves") == nil && section("timings") == nil)
  }

  @Test func theSummaryOfAFinishedRun() throws {
    try files.write(#"{"epoch":1,"loss":2,"knn_accuracy":0.5}"#, "metrics.jsonl")
    try files.write(
      #"""
      {"knn_accuracy":0.625,"random_encoder_knn_accuracy":0.25,"raw_pixel_knn_accuracy":0.5,
       "images":60000,"processes":3,"seconds":75.2}
      """#, "result.json")
    #expect(
      try figures() == [
        "method: moco", "kNN accuracy: 62.50\u{A0}%", "random encoder: 25.00\u{A0}%",
        "raw pixels: 50.00\u{A0}%", "epochs: 1", "training images: 60000", "processes: 3",
        "time: 1 min 15 s",
      ])
    #expect(try notes().isEmpty)
  }

  /// What went wrong without ending the run, each once with its epochs, and images without labels.
  @Test func theSummarySaysWhatWentWrong() throws {
    try files.write(
      #"""
      {"epoch":1,"loss":2,"warnings":["few clusters"]}
      {"epoch":2,"loss":2,"warnings":["few clusters","collapse"]}
      {"epoch":3,"loss":2}
      {"epoch":4,"loss":2,"warnings":["few clusters"]}
      """#, "metrics.jsonl")
    try files.write(
      #"{"images":20,"unlabeled_images":7,"unlabeled_test_images":2,"seconds":1}"#, "result.json")
    #expect(try notes() == ["Epochs 1 – 2, 4: few clusters.", "Epoch 2: collapse."])
    let found = try figures()
    #expect(found.contains("training images without label: 7"))
    #expect(found.contains("test images without label: 2"))
  }

  @Test func curvesOfLossAccuracyAndWhatTheMethodMeasured() throws {
    try files.write(
      #"""
      {"epoch":1,"loss":3,"knn_accuracy":0.25,"random_encoder_knn_accuracy":0.2,\#
      "measures":{"mask_share":0.5,"b":1}}
      {"epoch":2,"loss":1,"knn_accuracy":0.75,"seconds":2.25,"images_per_second":1234.5,\#
      "measures":{"b":2}}
      """#, "metrics.jsonl")
    let curves = try #require(try section("curves"))
    let figures = curves.all("figure")
    #expect(
      try figures.map { try $0.one("h3").text } == [
        "kNN accuracy on the test images", "Loss", "B", "Mask share",
      ])
    #expect(
      try figures.map { try $0.one("svg")["aria-label"] } == [
        "kNN accuracy on the test images. trained: from 25.0\u{A0}% to 75.0\u{A0}%; "
          + "random encoder: 20.0\u{A0}%",
        "Loss. loss: from 3.000 to 1.000", "B. b: from 1.000 to 2.000",
        "Mask share. mask share: 0.500",
      ])
    #expect(
      try curves.one("details").cells == [
        ["epoch", "loss", "kNN accuracy", "seconds", "images/s"],
        ["1", "3.0000", "25.00\u{A0}%", "", ""], ["2", "1.0000", "75.00\u{A0}%", "2.3", "1235"],
      ])
  }

  /// The page of a long run stays light: every few epochs in the table, and no spike is lost.
  @Test func aLongRunIsThinned() throws {
    let lines = (1...2_000).map { epoch in
      #"{"epoch":\#(epoch),"loss":\#(epoch == 777 ? 9 : 1),"measures":{"a":0.5}}"#
    }
    try files.write(lines.joined(separator: "\n"), "metrics.jsonl")
    let curves = try #require(try section("curves"))
    let table = try curves.one("details")
    #expect(try table.one("summary").text == "One of every 10 epochs in numbers")
    #expect(table.cells.count == 201 && table.cells[200][0] == "2000")
    let loss = try curves.all("figure")[0].one("polyline")["points"].split(separator: " ")
    #expect(loss.count < 700)
    let heights = loss.compactMap { Double($0.split(separator: ",")[1]) }
    #expect(heights.count == loss.count && heights.count { $0 == heights.min() } == 1)
    #expect(try Markup(RunReport(files.record, nil).page).text.utf8.count < 30_000)
  }

  /// A loss that is no number is null in JSON.
  @Test func aDivergedRunHasCurves() throws {
    try files.write(
      #"{"epoch":1,"loss":1e308,"knn_accuracy":0.1}"# + "\n"
        + #"{"epoch":2,"loss":-1e308,"knn_accuracy":0.1}"# + "\n"
        + #"{"epoch":3,"loss":null,"knn_accuracy":0.1}"#, "metrics.jsonl")
    let figures = try #require(try section("curves")).all("figure")
    #expect(try figures.map { try $0.one("h3").text } == ["kNN accuracy on the test images"])
  }

  @Test func configurationsAreShownMemberByMember() throws {
    try files.write(
      #"""
      {"method":"moco","b":{"c":[1,2.5],"d":true,"e":{}},"a":0.10000000149011612,"n":null,
       "f":false,"g":1e300,"h":-3,"i":0.1,"j":[{"k":1}]}
      """#, "config.json")
    #expect(
      try #require(try section("configuration")).cells == [
        ["option", "value"], ["a", "0.1"], ["b.c", "1, 2.5"], ["b.d", "yes"], ["b.e", "{}"],
        ["f", "no"], ["g", "1e+300"], ["h", "-3"], ["i", "0.1"], ["j", "1 members"],
        ["method", "moco"], ["n", "none"],
      ])
  }

  @Test func timingsAreSummedUp() throws {
    try files.write(
      #"{"epoch":1,"seconds":30,"images_per_second":10}"# + "\n"
        + #"{"epoch":2,"seconds":40,"images_per_second":30}"# + "\n"
        + #"{"epoch":3,"seconds":50,"images_per_second":20}"#, "metrics.jsonl")
    try files.write(#"{"seconds":130}"#, "result.json")
    #expect(
      try #require(try section("timings")).cells == [
        ["what", "time"], ["whole run", "2 min 10 s"], ["steps of all epochs", "2 min 0 s"],
        ["mean epoch", "40.0 s"], ["median speed", "20 images/s"],
      ])
  }
}
