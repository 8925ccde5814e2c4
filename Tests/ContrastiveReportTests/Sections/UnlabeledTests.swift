import ContrastiveReport
import ContrastiveTraining
import Testing

/// Images without labels: what needs none is shown.
@Suite struct UnlabeledTests {
  private func names(_ page: Markup) -> Set<String> { Set(page.all("section").map { $0["id"] }) }

  @Test func testImagesWithoutLabels() throws {
    let page = try ReportedRun(trained: .moco).page(ReportedRun.data(testLabels: false))
    #expect(
      names(page).isSuperset(of: ["map", "measures", "gallery", "prototypes", "clusters"]))
    let gallery = try #require(page.section("gallery"))
    #expect(gallery.all("div", class: "strip").count == 12 && gallery.all("span").isEmpty)
    let map = try #require(page.section("map"))
    #expect(map.all("svg")[0]["aria-label"] == "Map of the features: 12 points")
    #expect(map.all("li").map(\.text) == ["test images"])
    #expect(1...12 ~= map.pictures.count)
    #expect(map.pictures.allSatisfy { $0.alternative.hasPrefix("image ") && $0["width"] == "30" })
  }

  /// A neighbor whose class is not known is neither right nor wrong.
  @Test func trainingImagesWithoutLabels() throws {
    let page = try ReportedRun(trained: .moco).page(ReportedRun.data(trainLabels: false))
    #expect(names(page).isDisjoint(with: ["false-negatives"]))
    let gallery = try #require(page.section("gallery"))
    #expect(gallery.all("div", class: "good").isEmpty && gallery.all("div", class: "bad").isEmpty)
    #expect(gallery.pictures.count == 27 && gallery.all("span").isEmpty)
  }

  @Test func noLabelsAtAll() throws {
    let page = try ReportedRun(trained: .moco).page(
      ReportedRun.data(trainLabels: false, testLabels: false))
    #expect(
      page.all("section").map { $0["id"] } == [
        "summary", "curves", "measures", "map", "gallery", "prototypes", "clusters",
        "configuration", "timings",
      ])
    for name in ["gallery", "prototypes", "clusters"] {
      let section = try #require(page.section(name))
      #expect(section.all("div", class: "good").isEmpty && section.all("span").isEmpty)
      #expect(!section.pictures.isEmpty && !section.text.contains("tick"))
    }
    // Of 40 images about the root of half.
    let clusters = try #require(page.section("clusters")).all("h3").map(\.text)
    #expect(clusters.count == 4 && clusters.allSatisfy { $0.hasSuffix(" images") })
  }

  /// Without test images training images are shown, none as its own neighbor.
  @Test func noTestImages() throws {
    let data = try ReportedRun.data(trainLabels: false)
    let page = try ReportedRun(trained: .moco).page(ImageFolder(train: data.train, test: nil))
    #expect(try #require(page.section("map")).text.contains("Map of the training images"))
    for strip in try #require(page.section("gallery")).all("div", class: "strip") {
      let own = try strip.one("div", class: "own").pictures[0].alternative
      #expect(own.hasPrefix("training image ") && strip.pictures.count == 9)
      let place = own.dropFirst("training image ".count).prefix { $0.isNumber }
      #expect(
        strip.pictures.dropFirst().allSatisfy {
          !$0.alternative.hasPrefix("training image \(place):")
        })
    }
  }
}
