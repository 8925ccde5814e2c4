import ContrastiveFiles
import ContrastiveReport
import ContrastiveTraining
import Testing

/// Sections made from the encoder at work.
@Suite struct FeatureSectionTests {
  private let files: ReportedRun

  init() throws { files = try ReportedRun(trained: .moco) }

  private func section(_ name: String, _ data: ImageFolder? = nil) throws -> Markup {
    try #require(try files.page(data).section(name))
  }

  @Test func everyMeasureIsExplained() throws {
    let rows = try section("measures").cells.dropFirst()
    let names = rows.map { $0[0] }
    for name in [
      "weighted kNN", "ridge probe", "logistic probe", "cluster purity", "NMI", "AMI", "ARI",
      "alignment", "class alignment", "uniformity", "effective rank", "RankMe", "spread",
      "mean cosine", "hubness", "false negatives, random", "false negatives, nearest",
    ] { #expect(names.contains { $0.hasPrefix(name) && $0.count > name.count }, "\(name)") }
    #expect(rows.allSatisfy { $0.count == 2 && $0[1].contains(where: \.isNumber) })
  }

  @Test func theMapShowsEveryTestImage() throws {
    let map = try section("map")
    #expect(try map.one("svg")["aria-label"] == "Map of the features: 12 points of 3 groups")
    #expect(map.all("li").map(\.text) == ReportedRun.classNames)
    let dots = map.all("path").map { $0["d"].split(separator: "M").count }
    #expect(dots == [4, 4, 4])
    #expect(map.text.contains("12 test images by the two principal components"))
  }

  @Test func theGalleryShowsOneImageOfEachClassAndItsNeighbors() throws {
    let gallery = try section("gallery")
    let strips = gallery.all("div", class: "strip")
    #expect(try strips.map { try $0.one("h3").text } == ReportedRun.classNames)
    for (place, strip) in strips.enumerated() {
      let own = try strip.one("div", class: "own").pictures[0]
      #expect(own.alternative == "test image \(place): \(ReportedRun.classNames[place])")
      let others = strip.all("div", class: "good") + strip.all("div", class: "bad")
      #expect(others.count == 8 && strip.pictures.count == 9)
      for other in others {
        let text = other.pictures[0].alternative
        #expect(text.contains(", cosine "))
        // A tick exactly where the class is that of the strip.
        let isRight = text.contains(": \(ReportedRun.classNames[place]),")
        #expect(other["class"] == (isRight ? "good" : "bad"))
        let mark = try other.one("span")
        #expect(mark.text == (isRight ? "✓" : "✗") && mark["aria-hidden"] == "true")
      }
    }
  }

  @Test func prototypesOfTheMethodOrOfKMeans() throws {
    let found = try section("prototypes")
    #expect(found.text.contains("This method has no prototypes of its own; these are the 3"))
    #expect(found.all("div", class: "strip").count == 3)
    try files.write(
      artifact: "prototypes",
      ["nearest": Tensor(shape: [3, 3], elements: .int64([0, 3, 1, -1, -1, -1, 2, -1, -1]))])
    let own = try section("prototypes")
    #expect(own.text.contains("The method's own prototypes: 3 in all."))
    // One that no image is near is left out.
    #expect(
      own.all("h3").map(\.text) == [
        "prototype 1: mostly <red>", "prototype 3: mostly blue",
      ])
    #expect(
      own.pictures.map(\.alternative) == [
        "training image 0: <red>, near prototype 1", "training image 3: <red>, near prototype 1",
        "training image 1: green, near prototype 1", "training image 2: blue, near prototype 3",
      ])
    #expect(own.all("div", class: "bad").count == 1)
  }

  @Test func manyPrototypesAreSampledEvenly() throws {
    try files.write(
      artifact: "prototypes",
      ["nearest": Tensor(shape: [48, 1], elements: .int64((0..<48).map { $0 % 40 }))])
    let titles = try section("prototypes").all("h3").map(\.text)
    #expect(titles.count == 24)
    #expect(titles[1].hasPrefix("prototype 3:") && titles[23].hasPrefix("prototype 47:"))
  }

  @Test func clustersMeetClasses() throws {
    let table = try section("clusters").one("table", class: "heat")
    #expect(table.cells[0] == ["cluster"] + ReportedRun.classNames)
    let counts = table.cells.dropFirst().map { $0.dropFirst().map { Int($0) ?? 0 } }
    #expect(counts.joined().reduce(0, +) == 40)
    #expect(Set(table.cells.dropFirst().map { $0[0] }) == ["1", "2", "3"])
    // In the order of the main classes.
    let main = counts.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
    #expect(main == main.sorted())
  }

  @Test func boxesLieOnTheirImages() throws {
    try files.write(
      artifact: "crops",
      [
        "images": Tensor(.int64([2, 7])),
        "boxes": Tensor(
          shape: [2, 4], elements: .float32([0.25, 0.5, 0.5, 0.125, 0, 0, 1e30, 1])),
      ])
    let crops = try section("crops")
    let rectangles = crops.all("rect")
    // Top, left, height, width as shares become x, y, width, height of a hundred.
    #expect(
      rectangles[0].attributes == ["x": "50", "y": "25", "width": "12.5", "height": "50"])
    #expect(try rectangles[1].number("height") > 1e31)
    #expect(
      crops.pictures.map(\.alternative) == [
        "training image 2: blue, with its box", "training image 7: green, with its box",
      ])
    #expect(crops.all("svg", class: "box").map { $0["viewBox"] } == ["0 0 100 100", "0 0 100 100"])
  }

  @Test func falseNegativesOfTheMethodOrOfASearch() throws {
    let searched = try section("false-negatives")
    #expect(searched.text.contains("This method looks for none; these are the 8 images most like"))
    #expect(searched.all("div", class: "strip").count == 12)
    try files.write(
      artifact: "false-negatives",
      [
        "anchors": Tensor(.int64([1, 2])),
        "found": Tensor(shape: [2, 3], elements: .int64([4, 7, 0, -1, -1, -1])),
      ])
    let own = try section("false-negatives")
    #expect(own.text.contains("What the method took for false negatives"))
    #expect(own.text.contains("66.7\u{A0}% of 3 are of its class"))
    #expect(own.all("h3").map(\.text) == ["green"])
    #expect(
      own.pictures.map(\.alternative) == [
        "anchor 1: green", "training image 4: green, found", "training image 7: green, found",
        "training image 0: <red>, found",
      ])
  }
}
