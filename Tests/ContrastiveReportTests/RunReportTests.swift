import ContrastiveCore
import ContrastiveReport
import ContrastiveTraining
import Testing

@Suite struct RunReportTests {
  /// Everything a run of prototypes has to show, in its order.
  @Test func aWholeRunHasEverySection() throws {
    let page = try ReportedRun(trained: .pcl).page()
    #expect(
      page.all("section").map { $0["id"] } == [
        "summary", "curves", "measures", "map", "gallery", "prototypes", "clusters",
        "false-negatives", "configuration", "timings",
      ])
    #expect(try page.one("h1").text == "Report of run")
    #expect(try page.one("header").one("p").text.hasPrefix("pcl · /"))
    #expect(page.all("a").map { $0["href"] } == page.all("section").map { "#" + $0["id"] })
  }

  @Test func withoutImagesThereAreNumbersAlone() throws {
    let run = try ReportedRun(trained: .simclr).record
    let page = try Markup(RunReport(run, nil, notes: ["No images."]).page)
    #expect(
      page.all("section").map { $0["id"] } == ["summary", "curves", "configuration", "timings"])
    #expect(page.pictures.isEmpty && page.all("image").isEmpty)
    #expect(page.all("p", class: "note").map(\.text) == ["No images."])
  }

  /// No source but the page itself, no link out of it, no script.
  @Test func nothingIsLoaded() throws {
    let page = try ReportedRun(trained: .moco).page()
    let loading: Set = ["src", "href", "srcset", "action", "poster", "data", "xlink:href"]
    for element in page.all {
      for (name, value) in element.attributes {
        #expect(!name.hasPrefix("on"), "\(name)")
        #expect(!value.contains("://") && !value.contains("url("), "\(name): \(value)")
        guard loading.contains(name) else { continue }
        #expect(
          value.hasPrefix(element.name == "image" ? "data:image/webp;base64," : "#"))
      }
    }
    for name in ["script", "link", "iframe", "object", "embed", "video", "audio", "base"] {
      #expect(page.all(name).isEmpty, "\(name)")
    }
  }

  /// What cannot be seen is said.
  @Test func everyPictureIsDescribed() throws {
    let page = try ReportedRun(trained: .moco).page()
    #expect(!page.pictures.isEmpty)
    for image in page.pictures {
      #expect(image.alternative.contains("image ") || image.alternative.contains("anchor "))
      #expect(image["role"] == "img" && image["viewBox"].hasSuffix(" 7 8"))
    }
    for drawing in page.all("svg") where drawing["class"] != "picture" {
      let isDescribed = drawing["role"] == "img" && !drawing["aria-label"].isEmpty
      #expect(isDescribed || drawing["aria-hidden"] == "true")
    }
    for table in page.all("table") { #expect(try !table.one("caption").text.isEmpty) }
    for region in page.all.filter({ $0["role"] == "region" }) {
      #expect(!region["aria-label"].isEmpty && region["tabindex"] == "0")
    }
    let names = page.all.map { $0["id"] }.filter { !$0.isEmpty }
    #expect(Set(names).count == names.count)
    // Headings go down one level at a time.
    let levels = page.all.compactMap {
      $0.name.count == 2 && $0.name.hasPrefix("h") ? Int($0.name.dropFirst()) : nil
    }
    #expect(levels.first == 1)
    for (a, b) in zip(levels, levels.dropFirst()) { #expect(b <= a + 1) }
  }

  /// The page grows by what is shown, not by what there is.
  @Test func thePageIsLight() throws {
    let run = try ReportedRun(trained: .moco)
    func bytes(_ train: Int, _ test: Int) throws -> Int {
      let data = try ReportedRun.data(train: train, test: test)
      return try RunReport(run.record, run.features(data), workers: .one).page.html.utf8.count
    }
    let small = try bytes(40, 12)
    #expect(small < 120_000)
    let large = try bytes(2_000, 2_500)
    // 2,500 dots of at most 14 bytes, and longer numbers.
    #expect(large - small < 2_500 * 14 + 20_000)
    // Twice the test images are not twice the dots.
    #expect(try bytes(40, 6_000) < large)
  }

  @Test func theSameForAnyNumberOfThreads() throws {
    let run = try ReportedRun(trained: .moco)
    let data = try ReportedRun.data()
    func page(_ workers: Workers) throws -> Markup {
      let features = try RunFeatures(run.record, data: data, workers: workers)
      return try Markup(RunReport(run.record, features, workers: workers).page)
    }
    let (one, three) = (try page(.one), try page(Workers(count: 3)))
    for name in ["measures", "map", "gallery", "prototypes", "clusters", "false-negatives"] {
      let (a, b) = (try #require(one.section(name)), try #require(three.section(name)))
      #expect(a.text == b.text && a.all.map(\.attributes) == b.all.map(\.attributes), "\(name)")
    }
  }

  /// Values, names and notes that are markup are shown, not obeyed.
  @Test func valuesCannotBreakOut() throws {
    let evil = "</section><script>alert(1)</script>"
    let run = try ReportedRun().write(
      #"{"method":"\#(evil)","\#(evil)":"\#(evil)"}"#, "config.json")
    try run.write(#"{"epoch":1,"measures":{"\#(evil)":0.5}}"#, "metrics.jsonl")
    let page = try Markup(RunReport(run.record, nil, notes: [evil]).page)
    #expect(page.all("script").isEmpty)
    #expect(page.all("p", class: "note").map(\.text).contains(evil))
    let table = try #require(page.section("configuration")).cells
    #expect(table.contains([evil, evil]) && table.contains(["method", evil]))
    #expect(try #require(page.section("curves")).text.contains(evil))
    let both = try Markup(ComparisonReport([(run.record, nil), (run.record, nil)]).page)
    #expect(both.all("script").isEmpty && both.text.contains(evil))
  }
}
