import ContrastiveCore
import ContrastiveReport
import ContrastiveTraining
import Testing
import _TestSupport

@Suite struct RunFeaturesTests {
  @Test func namesTheEncoderThatIsMissing() throws {
    let files = try ReportedRun().write("{}", "config.json")
    #expect(
      throws: ContrastiveError.file(
        path: files.folder.file("run/encoder.safetensors"),
        problem: "cannot be opened: No such file or directory")
    ) { try files.features(ReportedRun.data()) }
  }

  @Test func refusesImagesOfAnotherShape() throws {
    let files = try ReportedRun(trained: .moco)
    let set = try ImageSet(
      Pixels(
        TestData.images(4, height: 7, width: 7),
        shape: ImageShape(height: 7, width: 7, channels: 3)), labels: nil)
    #expect(
      throws: ContrastiveError.shape(
        argument: "images", found: "7 × 7 × 3",
        expected: "8 × 7 × 3, as the encoder was trained on")
    ) { try files.features(ImageFolder(train: set, test: set)) }
  }

  /// A limit that no run can have had is none.
  @Test(arguments: ["1e300", "2.5", "\"many\"", "null"]) func limitsAreNumbersOfImages(
    _ limit: String
  ) throws {
    let files = try ReportedRun(trained: .moco)
    try files.write(#"{"limit": \#(limit)}"#, "config.json")
    let page = try files.page()
    let text = try #require(page.section("measures")).text
    #expect(text.contains("classifiers learn from 40 training images"))
  }

  @Test func asManyTrainingImagesAsTheRunHad() throws {
    let files = try ReportedRun(trained: .moco)
    try files.write(#"{"limit": 9}"#, "config.json")
    let text = try #require(try files.page().section("measures")).text
    #expect(text.contains("On 12 test images; classifiers learn from 9 training images."))
  }
}
