import ContrastiveCore
import ContrastiveFiles
import ContrastiveReport
import Testing

@Suite struct RunArtifactsTests {
  private let files: ReportedRun

  init() throws { files = try ReportedRun().write("{}", "config.json") }

  private func read(images: Int = 5) throws -> RunArtifacts {
    try RunArtifacts(files.record, images: images)
  }

  @Test func allAreOptional() throws {
    let none = try read()
    #expect(none.prototypes == nil && none.crops == nil && none.falseNegatives == nil)
  }

  /// Entries below 0 stand for none.
  @Test func readsWhatIsThere() throws {
    try files.write(
      artifact: "prototypes",
      ["nearest": Tensor(shape: [2, 2], elements: .int64([4, -1, 0, 1]))])
    try files.write(
      artifact: "crops",
      [
        "images": Tensor(.int64([3, -1])),
        "boxes": Tensor(shape: [2, 4], elements: .float32([0, 0.25, 0.5, 1, 9, 9, 9, 9])),
      ])
    try files.write(
      artifact: "false-negatives",
      [
        "anchors": Tensor(.int64([2, -1, 0])),
        "found": Tensor(shape: [3, 2], elements: .int64([4, -1, 1, 1, -1, -1])),
      ])
    let found = try read()
    #expect(found.prototypes == [[4], [0, 1]])
    let crops = try #require(found.crops)
    #expect(crops.map(\.image) == [3] && crops.map(\.box) == [[0, 0.25, 0.5, 1]])
    let negatives = try #require(found.falseNegatives)
    #expect(negatives.map(\.anchor) == [2, 0] && negatives.map(\.found) == [[4], []])
  }

  @Test func refusesImagesThatThereAreNot() throws {
    try files.write(
      artifact: "prototypes", ["nearest": Tensor(shape: [1, 2], elements: .int64([0, 5]))])
    #expect(
      throws: ContrastiveError.index(
        argument: "nearest", position: 1, found: "5", expected: "0 ..< 5")
    ) { try read() }
    #expect(try read(images: 6).prototypes == [[0, 5]])
  }

  @Test func refusesOtherShapes() throws {
    try files.write(artifact: "prototypes", ["nearest": Tensor(.int64([0, 5]))])
    #expect(
      throws: ContrastiveError.shape(
        argument: "nearest", found: "I64 [2]", expected: "I64 [rows × columns]")
    ) { try read() }
    try files.write(
      artifact: "prototypes", ["nearest": Tensor(shape: [1, 1], elements: .float32([0]))])
    #expect(
      throws: ContrastiveError.shape(
        argument: "nearest", found: "F32 [1 × 1]", expected: "I64 [rows × columns]")
    ) { try read() }
  }

  @Test func refusesBoxesThatAreNone() throws {
    func write(_ images: [Int64], _ boxes: [Float], _ shape: [Int]) throws {
      try files.write(
        artifact: "crops",
        [
          "images": Tensor(.int64(images)),
          "boxes": Tensor(shape: shape, elements: .float32(boxes)),
        ])
    }
    try write([1], [0, 0, 1], [1, 3])
    #expect(
      throws: ContrastiveError.shape(argument: "boxes", found: "[1 × 3]", expected: "[1 × 4]")
    ) { try read() }
    try write([7], [0, 0, 1, 1], [1, 4])
    #expect(
      throws: ContrastiveError.index(
        argument: "images", position: 0, found: "7", expected: "0 ..< 5")
    ) { try read() }
    for bad in [Float.nan, .infinity] {
      try write([0, 1], [0, 0, 1, 1, 0, 0, bad, 1], [2, 4])
      #expect(
        throws: ContrastiveError.nonFinite(argument: "boxes", row: 1, column: 2, found: "\(bad)")
      ) { try read() }
    }
  }

  @Test func refusesListsOfOtherAnchors() throws {
    try files.write(
      artifact: "false-negatives",
      [
        "anchors": Tensor(.int64([2])),
        "found": Tensor(shape: [2, 1], elements: .int64([4, 1])),
      ])
    #expect(
      throws: ContrastiveError.shape(argument: "found", found: "[2]", expected: "[1] rows")
    ) { try read() }
    try files.write(
      artifact: "false-negatives",
      [
        "anchors": Tensor(.int64([5])), "found": Tensor(shape: [1, 1], elements: .int64([4])),
      ])
    #expect(
      throws: ContrastiveError.index(
        argument: "anchors", position: 0, found: "5", expected: "0 ..< 5")
    ) { try read() }
  }
}
