import ContrastiveCore
import Testing

@Suite struct SelectionMaskTests {
  @Test func entriesAreByRow() throws {
    let mask = try SelectionMask(rows: 2, columns: 3, values: [1, 0, 0, 1, 1, 1])
    #expect(mask[0, 0] && !mask[0, 2] && mask[1, 2])
    #expect(mask.unselected == [2, 0] && mask.shape == "[2 × 3]")
  }

  @Test func refusesOtherCountsAndValues() {
    #expect(
      throws: ContrastiveError.shape(argument: "mask", found: "[5]", expected: "[2 × 3]")
    ) { try SelectionMask(rows: 2, columns: 3, values: [1, 0, 0, 1, 1]) }
    #expect(
      throws: ContrastiveError.index(
        argument: "selected", position: 1, found: "2", expected: "0 or 1")
    ) { try SelectionMask(rows: 1, columns: 2, values: [1, 2], argument: "selected") }
  }
}
