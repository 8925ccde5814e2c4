import ContrastiveFiles
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

  /// Labels of −1 alone are none.
  @Test(arguments: [false, true]) func noLabelsAtAll(_ areThere: Bool) throws {
    let page = try ReportedRun(trained: .moco).page(
      ReportedRun.data(trainLabels: areThere, testLabels: areThere) { _ in false })
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

  /// Only every second image has a label.
  private func half() throws -> ImageFolder { try ReportedRun.data { $0 % 2 == 0 } }

  /// A label of −1 is no class: on the map such images are a group of their own, in gray.
  @Test func theMapShowsImagesWithoutLabelAmongOthers() throws {
    let map = try #require(try ReportedRun(trained: .moco).page(half()).section("map"))
    #expect(try map.one("svg")["aria-label"] == "Map of the features: 12 points of 4 groups")
    #expect(map.all("li").map(\.text) == ["without label"] + ReportedRun.classNames)
    let dots = map.all("path")
    #expect(dots.map { $0["d"].split(separator: "M").count } == [6, 2, 2, 2])
    let colors = ["var(--muted)"] + (0..<3).map(Palette.color)
    #expect(dots.map { $0["stroke"] } == colors)
    #expect(map.text.contains("12 test images by the two principal components"))
  }

  /// Neither right nor wrong.
  @Test func neighborsWithoutLabelHaveNoMark() throws {
    let gallery = try #require(try ReportedRun(trained: .moco).page(half()).section("gallery"))
    #expect(gallery.text.contains("a cross and a dashed frame: another; no mark: no label."))
    let strips = gallery.all("div", class: "strip")
    #expect(try strips.map { try $0.one("h3").text } == ReportedRun.classNames)
    // A heading, the image itself, and its neighbors.
    let neighbors = strips.flatMap { $0.children.dropFirst(2) }
    var unmarked = 0
    for neighbor in neighbors {
      let text = neighbor.pictures[0].alternative.dropFirst("training image ".count)
      let image = try #require(Int(text.prefix { $0.isNumber }))
      #expect((neighbor["class"] == "") == (image % 2 == 1), "\(text)")
      #expect(neighbor.all("span").count == (image % 2 == 1 ? 0 : 1))
      unmarked += image % 2
    }
    #expect(neighbors.count == 24 && unmarked > 0)
  }

  /// The majority is that of the images with a label; without any there is none.
  @Test func prototypesAreNamedByImagesWithLabels() throws {
    let files = try ReportedRun(trained: .moco)
    try files.write(
      artifact: "prototypes",
      ["nearest": Tensor(shape: [2, 4], elements: .int64([1, 3, 2, 5, 7, 9, 11, -1]))])
    let prototypes = try #require(try files.page(half()).section("prototypes"))
    #expect(prototypes.all("h3").map(\.text) == ["prototype 1: mostly blue", "prototype 2"])
    #expect(
      prototypes.all("div", class: "good").flatMap(\.pictures).map(\.alternative) == [
        "training image 2: blue, near prototype 1"
      ])
    #expect(prototypes.all("div", class: "bad").isEmpty && prototypes.all("span").count == 1)
  }

  /// The share is of the pairs whose images both have a label.
  @Test func falseNegativesWithoutLabelAreNotCounted() throws {
    let files = try ReportedRun(trained: .moco)
    func section(_ anchors: [Int64], _ found: [Int64]) throws -> Markup {
      try files.write(
        artifact: "false-negatives",
        [
          "anchors": Tensor(.int64(anchors)),
          "found": Tensor(
            shape: [anchors.count, found.count / anchors.count], elements: .int64(found)),
        ])
      return try #require(try files.page(half()).section("false-negatives"))
    }
    let some = try section([0, 1, 2], [6, 2, 3, 3, 5, -1, 8, -1, -1])
    #expect(some.text.contains("66.7\u{A0}% of 3 are of its class"))
    #expect(some.text.contains("Pairs with an image without label are not counted: 3."))
    #expect(some.all("div", class: "good").count == 2 && some.all("div", class: "bad").count == 1)
    #expect(some.all("span").count == 3)
    let none = try section([1], [3, 5])
    #expect(!none.text.contains("%") && none.all("span").isEmpty && none.pictures.count == 3)
    #expect(none.text.contains("Pairs with an image without label are not counted: 2."))
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
