import Contrastive
import Testing
import _TestSupport

/// What InfoNCE refuses, and how it says so.
@Suite struct InfoNCEBadInputTests {
  let rows = Matrix(zeros: 4, by: 3)

  @Test(arguments: [0, -1, .nan, .infinity, 1e-7, 1e7] as [Double])
  func temperature(_ value: Double) {
    #expect(
      throws: ContrastiveError.parameter(
        name: "temperature", found: "\(value)", expected: "a number from 1e-6 to 1e6")
    ) { try InfoNCE(temperature: value) }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity], [0, 1, 2])
  func notFinite(_ value: Float, _ operand: Int) throws {
    let names = ["queries", "keys", "bank"]
    // The first, a middle and the last element of a matrix of several tiles.
    for (row, column) in [(0, 0), (520, 1), (599, 2)] {
      var inputs = [Matrix](repeating: try TestData.embeddings(600, 3, seed: 1), count: 3)
      inputs[operand][row, column] = value
      let expected = ContrastiveError.nonFinite(
        argument: names[operand], row: row, column: column, found: "\(value)")
      #expect(throws: expected) {
        try InfoNCE().evaluate(queries: inputs[0], keys: inputs[1], bank: inputs[2])
      }
      guard operand < 2 else { continue }
      #expect(throws: expected) {
        try InfoNCE().evaluate(queries: inputs[0], keys: inputs[1], gradients: [])
      }
    }
  }

  @Test func tooLarge() throws {
    var bank = try TestData.embeddings(600, 3, seed: 1)
    bank[599, 1] = 1e30
    #expect(
      throws: ContrastiveError.tooLarge(
        argument: "bank", row: 599, column: 1, found: "1e+30", limit: "1e+18")
    ) { try InfoNCE().evaluate(queries: rows, keys: rows, bank: bank) }
  }

  @Test func shapes() {
    #expect(
      throws: ContrastiveError.shape(
        argument: "keys", found: "[5 × 3]", expected: "[4 × 3], the shape of queries")
    ) { try InfoNCE().evaluate(queries: rows, keys: Matrix(zeros: 5, by: 3)) }
    #expect(
      throws: ContrastiveError.shape(
        argument: "bank", found: "[9 × 2]", expected: "[9 × 3], the dimension of queries")
    ) { try InfoNCE().evaluate(queries: rows, keys: rows, bank: Matrix(zeros: 9, by: 2)) }
    #expect(throws: ContrastiveError.empty(argument: "queries")) {
      try InfoNCE().evaluate(queries: Matrix(zeros: 0, by: 3), keys: Matrix(zeros: 0, by: 3))
    }
    #expect(
      throws: ContrastiveError.shape(
        argument: "queries", found: "[4 × 0]", expected: "a dimension of at least 1")
    ) { try InfoNCE().evaluate(queries: Matrix(zeros: 4, by: 0), keys: Matrix(zeros: 4, by: 0)) }
  }

  @Test func bankNotFilled() throws {
    let bank = try QueueBank(capacity: 8, dimension: 3)
    #expect(throws: ContrastiveError.bankNotFilled(argument: "bank")) {
      try InfoNCE().evaluate(queries: rows, keys: rows, bank: bank.rows)
    }
  }

  @Test func contradictions() throws {
    #expect(
      throws: ContrastiveError.parameter(
        name: "symmetric", found: "a bank", expected: "the in-batch form")
    ) {
      try InfoNCE(symmetric: true).evaluate(queries: rows, keys: rows, bank: rows)
    }
    #expect(
      throws: ContrastiveError.parameter(
        name: "gradient", found: "bank", expected: "an input that is given")
    ) {
      try InfoNCE().evaluate(queries: rows, keys: rows, gradients: [.bank])
    }
  }
}
