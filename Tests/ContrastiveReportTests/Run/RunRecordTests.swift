import ContrastiveCore
import ContrastiveReport
import ContrastiveTraining
import Testing

@Suite struct RunRecordTests {
  private let files: ReportedRun

  init() throws { files = try ReportedRun() }

  @Test func namesWhatIsMissing() throws {
    let path = files.folder.file("run")
    #expect(
      throws: ContrastiveError.file(path: path, problem: "holds no run: there is no config.json")
    ) { try files.record }
    for text in ["[]", "{", "", "7"] {
      try files.write(text, "config.json")
      #expect(
        throws: ContrastiveError.file(path: path + "/config.json", problem: "is not a JSON object")
      ) { try files.record }
    }
  }

  @Test func slashesAtTheEndAreNoPartOfTheName() throws {
    try files.write("{}", "config.json")
    let run = try RunRecord(path: files.folder.file("run//"))
    #expect(run.path == files.folder.file("run") && run.name == "run")
    #expect(run.dataFolder == nil)
    try files.write(#"{"data": "/images"}"#, "config.json")
    #expect(try files.record.dataFolder == "/images")
  }

  /// A `Double` holds neither 2⁵³ + 1 nor 2⁶⁴ − 1.
  @Test(arguments: [0, 7, 9_007_199_254_740_993, UInt64.max] as [UInt64])
  func seedsAreReadExactly(_ seed: UInt64) throws {
    try files.write(#"{"seed":\#(seed)}"#, "config.json")
    #expect(try files.record.reading.seed == seed)
  }

  @Test(arguments: ["-1", "2.5", "1e300", "\"7\"", "null"]) func whatIsNoSeedIsZero(
    _ seed: String
  ) throws {
    try files.write(#"{"seed":\#(seed)}"#, "config.json")
    #expect(try files.record.reading.seed == 0)
  }

  @Test func theEndCountsMoreThanTheLastEpoch() throws {
    try files.write("{}", "config.json")
    #expect(try files.record.accuracy == nil)
    try files.write(
      #"{"epoch":1,"knn_accuracy":0.25}"# + "\n" + #"{"epoch":2,"knn_accuracy":0.5}"#,
      "metrics.jsonl")
    #expect(try files.record.accuracy == 0.5)
    try files.write(#"{"knn_accuracy":0.75}"#, "result.json")
    #expect(try files.record.accuracy == 0.75)
  }

  /// Cut short, of no epoch, or of a number that no epoch has: left out, the others kept.
  @Test(arguments: ["\n", "\r\n"]) func onlyWholeLinesOfEpochsCount(_ end: String) throws {
    try files.write("{}", "config.json")
    let lines = [
      #"{"epoch":0,"loss":4}"#, #"{"epoch":1,"loss":3}"#, #"{"loss":9}"#, "[]", "",
      #"{"epoch":1e300,"loss":9}"#, #"{"epoch":-1,"loss":9}"#, #"{"epoch":1.5,"loss":9}"#,
      #"{"epoch":"2","loss":9}"#, #"{"epoch":2,"loss":2}"#, #"{"epoch":3,"lo"#,
    ]
    try files.write(lines.joined(separator: end), "metrics.jsonl")
    let page = try Markup(RunReport(files.record, nil).page)
    let rows = try #require(page.section("curves")).all("table")[0].cells
    #expect(rows.dropFirst().map { $0[0] } == ["0", "1", "2"])
    #expect(rows.dropFirst().map { $0[1] } == ["4.0000", "3.0000", "2.0000"])
  }
}
