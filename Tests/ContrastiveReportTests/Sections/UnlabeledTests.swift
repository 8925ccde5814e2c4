import ContrastiveReport
import ContrastiveTraining
import Testing

/// Images without labels: what needs none is shown.
@Suite struct UnlabeledTests {
  private func names(_ page: Markup) -> Set<String> { Set(page.all("section").map { $0["id"] }) }

  @Test func testImagesWithoutLabels() throws {
    let page = try ReportedRun(trained: .moco).page(ReportedRun.data(testLabels: false))
    #expect(names(page).isDisjoint(with: ["gallery"]))
    #expect(names(page).isSuperset(of: ["map", "measures", "prototypes", "clusters"]))
    let map = try #require(page.section("map"))
    #expect(try map.one("svg")["aria-label"] == "Map of the features: 12 points of 1 groups")
    #expect(map.all("li").map(\.text) == ["test images"])
  }

  /// A neighbor whose class is not known is neither right nor wrong.
  @Test func trainingImagesWithoutLabels() throws {
    let page = try ReportedRun(trained: .moco).page(ReportedRun.data(trainLabels: false))
    #expect(names(page).isDisjoint(with: ["prototypes", "clusters", "false-negatives"]))
    let gallery = try #require(page.section("gallery"))
    #expect(gallery.all("div", class: "good").isEmpty && gallery.all("div", class: "bad").isEmpty)
    #expect(gallery.all("img").count == 27 && gallery.all("span").isEmpty)
  }

  @Test func noLabelsAtAll() throws {
    let page = try ReportedRun(trained: .moco).page(
      ReportedRun.data(trainLabels: false, testLabels: false))
    #expect(
      page.all("section").map { $0["id"] } == [
        "summary", "curves", "measures", "map", "configuration", "timings",
      ])
  }
}
