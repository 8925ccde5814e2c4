import Contrastive
import ContrastiveReport
import Foundation
import Testing

/// Pieces of a report.
@Suite struct ReportTests {
  @Test func textCannotBreakOut() {
    let evil = "</style><script>alert('x')</script>&\"\u{0}"
    let markup = HTML.element("p", ["title": evil], text: evil).markup
    #expect(!markup.contains("<script") && !markup.contains("\u{0}"))
    #expect(markup.components(separatedBy: "<").count == 3)
    #expect(markup.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;"))
    #expect(HTML.element("br").markup == "<br>")
  }

  @Test(arguments: [
    ([0.0, 1.0], 0.0, 1.0), ([79.13, 81.2], 79, 81.5), ([3, 3], 2.6, 3.4), ([-5, 5], -6, 6),
  ])
  func axesCoverTheirValues(_ values: [Double], _ low: Double, _ high: Double) throws {
    let axis = Axis(covering: values, from: 0, to: 100)
    #expect(axis.low <= values.min() ?? 0 && axis.high >= values.max() ?? 0)
    #expect(3...12 ~= axis.ticks.count)
    #expect(axis.place(axis.low) == 0 && axis.place(axis.high) == 100)
    let texts = axis.ticks.map { fixed($0, axis.digits) }
    #expect(Set(texts).count == texts.count, "ticks are told apart: \(texts)")
  }

  @Test func aStoppedRunIsRead() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("contrastive-report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(throws: ContrastiveError.self) { try RunRecord(path: folder.path) }
    func write(_ name: String, _ text: String) throws {
      try text.write(
        to: folder.appendingPathComponent(name), atomically: false, encoding: .utf8)
    }
    try write(
      "config.json", #"{"method":"<b>new</b>","b":{"c":[1,2.5],"d":true},"a":0.10000000149011612}"#)
    try write("metrics.jsonl", #"{"epoch":1,"loss":2,"knn_accuracy":0.5}"# + "\n{\"epo")
    let run = try RunRecord(path: folder.path + "/")
    #expect(run.accuracy == 0.5)
    let page = try RunReport(run, nil, notes: ["no <data>"]).page.html
    #expect(page.contains("has not finished"))
    #expect(page.contains("&lt;b&gt;new&lt;/b&gt;") && !page.contains("<b>new"))
    #expect(page.contains("no &lt;data&gt;"))
    // One epoch is a point.
    #expect(page.contains("<circle") && !page.contains("nan"))
    // Numbers that were Float32 are shown as such, members of members by their path.
    for (name, value) in [("a", "0.1"), ("b.c", "1, 2.5"), ("b.d", "yes")] {
      #expect(page.contains("<th scope=\"row\">\(name)</th><td>\(value)</td>"))
    }
    try write("metrics.jsonl", "")
    #expect(try !RunReport(RunRecord(path: folder.path), nil).page.html.contains("<svg"))
    let both = ComparisonReport([(run, nil), (run, nil)]).page.html
    #expect(both.contains("All options are the same"))
    try write("config.json", "[]")
    #expect(throws: ContrastiveError.self) { try RunRecord(path: folder.path) }
  }
}
