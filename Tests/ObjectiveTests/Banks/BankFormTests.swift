import Contrastive
import Testing
import _Reference
import _TestSupport

/// Banks in half precision, and banks that know their samples, for every objective with a bank.
@Suite struct BankFormTests {
  /// A bank as objectives get it, with what its columns are to the rows.
  struct Form: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let inputs: ChoiceInputs
    /// Whether the bank has pairs of its own, so that no others can be given.
    let hasPairs: Bool
    /// Whether all rows were written: mixes are given here, and one of two zeros has no direction.
    var isWritten = true
  }

  static let forms: [Form] = (try? [halves(), samples(), sampleBank()]) ?? []

  private static func halves() throws -> Form {
    let inputs = try ChoiceInputs(size: 18)
    let half = try HalfMatrix(rounding: inputs.bank, argument: "bank")
    return Form(
      testDescription: "half precision",
      inputs: ChoiceInputs(inputs, bank: half.widened, form: half), hasPairs: false)
  }

  /// A queue at half precision that holds two entries of some of the batch's samples, and four rows
  /// that are too old.
  private static func samples() throws -> Form {
    let inputs = try ChoiceInputs(size: 18)
    let rows = inputs.bank.rows
    let ids = (0..<rows).map { $0 % 25 }
    var bank = try QueueBank(capacity: rows, dimension: 8, precision: .half)
    try bank.enqueue(inputs.bank.rows(0..<4), ids: Array(ids[..<4]), step: 1)
    try bank.enqueue(inputs.bank.rows(4..<rows), ids: Array(ids[4...]), step: 5)
    let batch = inputs.rows.map { $0 + 9 }
    var known = ChoiceInputs(
      inputs, bank: bank.rows, form: try bank.columns(for: batch, olderThan: 2))
    known.takes = { row, column in column >= 4 && ids[column] != batch[row] }
    return Form(testDescription: "a queue that knows its samples", inputs: known, hasPairs: true)
  }

  /// The bank has a row for each sample, and some were never written.
  private static func sampleBank() throws -> Form {
    let inputs = try ChoiceInputs(size: 18)
    let rows = inputs.bank.rows
    var bank = try SampleBank(samples: rows, dimension: 8)
    let written = (0..<rows).filter { $0 % 9 != 4 }
    try bank.update(inputs.bank.rows(at: written), ids: written)
    let batch = inputs.rows.map { 2 * $0 }
    var known = ChoiceInputs(inputs, bank: bank.rows, form: try bank.columns(for: batch))
    known.takes = { row, column in column % 9 != 4 && column != batch[row] }
    return Form(
      testDescription: "a bank of all samples", inputs: known, hasPairs: true, isWritten: false)
  }

  @Test func theTableIsWhole() { #expect(Self.forms.count == 3) }

  @Test(arguments: forms) func agreesWithTheDefinition(_ form: Form) throws {
    for objective in try form.inputs.banked() {
      for choice in try NegativeChoice.all()
      where objective.takes(choice) && (choice.pairs.isEmpty || !form.hasPairs)
        && (choice.mixes == 0 || form.isWritten)
      {
        try objective.expectAgreement(choice, temperature: 0.1, workers: .one)
      }
    }
  }

  /// Row by row: each query with the columns that take part for it; in 16 bits within what is
  /// certified, too.
  @Test(arguments: forms) func softTargetsAgreeWithTheDefinition(_ form: Form) throws {
    let inputs = form.inputs
    let bank = inputs.bank.doubles
    func compare<O: Objective>(
      _ objective: O, on given: O.Inputs,
      _ reference: (_ query: Rows, _ key: Rows, _ bank: Rows) -> ReferenceResult
    ) throws where O.Variable == QueryVariable {
      let found = try objective.evaluate(given, gradients: [.queries], workers: .one)
      let rows = inputs.rows.map { row in
        reference(
          [inputs.queries.doubles[row]], [inputs.keys.doubles[row]],
          bank.indices.filter { inputs.takes(row, $0) }.map { bank[$0] })
      }
      let count = Double(rows.count)
      let losses = try #require(found.losses)
      expectClose(losses, rows.map(\.loss), within: 2e-5)
      #expect(relativeError(found.loss, rows.reduce(0) { $0 + $1.loss / count }) <= 2e-5)
      let gradient = try rows.map { row in
        try #require(row.gradients["queries"]?.first).map { $0 / count }
      }
      expectClose(try #require(found[.queries]), gradient, within: 1e-4)
      let short = try objective.evaluate(given, gradients: [.queries], precision: .int16)
      let loss = rows.reduce(0) { $0 + $1.loss / count }
      let bound = try #require(short.errorBound)
      #expect(abs(short.loss - loss) <= bound)
      let off = zip(try #require(short[.queries]).values, gradient.joined()).map {
        abs(Double($0) - $1)
      }
      let worst = try #require(off.max())
      let certified = try #require(short.errorBound(of: .queries))
      #expect(worst > 0 && worst <= certified)
    }
    for own in SCE.PositiveInTargets.allCases {
      try compare(
        SCE(positiveInTargets: own), on: (inputs.queries, inputs.keys, inputs.form)
      ) {
        referenceSCE(
          queries: $0, keys: $1, bank: $2, temperature: 0.1, targetTemperature: 0.05, lambda: 0.5,
          zeroForOwn: own == .zero)
      }
    }
    try compare(ReSSL(), on: (inputs.queries, inputs.keys, inputs.form)) {
      referenceReSSL(
        queries: $0, keys: $1, bank: $2, temperature: 0.1, targetTemperature: 0.04)
    }
  }

  /// Soft targets are similarities: a share of the target cannot be given besides.
  @Test func softTargetsRefuseShares() throws {
    let inputs = try ChoiceInputs(size: 4)
    var bank = try QueueBank(capacity: 12, dimension: 8)
    try bank.enqueue(inputs.bank, ids: Array(0..<12))
    let attracted = try bank.columns(for: [0, 1, 2, 3], own: .attract)
    func refusal(_ objective: String) -> ContrastiveError {
      .parameter(
        name: "pairs", found: "weights or targets in \(objective)",
        expected: "pairs that are excluded")
    }
    #expect(throws: refusal("SCE")) {
      try SCE().evaluate(queries: inputs.queries, keys: inputs.keys, bank: attracted)
    }
    #expect(throws: refusal("ReSSL")) {
      try ReSSL().evaluate(queries: inputs.queries, keys: inputs.keys, bank: attracted)
    }
  }

  /// A query all of whose bank is excluded has no targets; with a positive in them it has.
  @Test func softTargetsNeedARowOfTheBank() throws {
    let inputs = try ChoiceInputs(size: 4)
    var bank = try QueueBank(capacity: 12, dimension: 8)
    try bank.enqueue(inputs.bank, ids: [Int](repeating: 7, count: 12))
    let columns = try bank.columns(for: [0, 1, 7, 3])
    let refusal = ContrastiveError.index(
      argument: "queries", position: 2, found: "a query without a row of the bank",
      expected: "one that is not excluded")
    for precision in Precision.allCases {
      #expect(throws: refusal) {
        try ReSSL().evaluate(
          (inputs.queries, inputs.keys, columns), gradients: [], precision: precision)
      }
      #expect(throws: refusal) {
        try SCE(positiveInTargets: .exclude).evaluate(
          (inputs.queries, inputs.keys, columns), gradients: [], precision: precision)
      }
      let found = try SCE(positiveInTargets: .zero).evaluate(
        (inputs.queries, inputs.keys, columns), gradients: [.queries], precision: precision)
      #expect(found.losses?[2] == 0)
      #expect(found.loss.isFinite && found.errorBound?.isFinite != false)
    }
  }

  /// A sample's own row is its positive by its index, and no negative by its id: the same thing.
  @Test func instDiscKnowsItsOwnRows() throws {
    let inputs = try ChoiceInputs(size: 6)
    var bank = try SampleBank(samples: inputs.bank.rows, dimension: 8)
    try bank.update(inputs.bank, ids: Array(0..<inputs.bank.rows))
    let indices = [3, 0, 9, 15, 7, 3]
    let known = try InstDisc().evaluate(
      queries: inputs.queries, bank: bank.columns(for: indices), indices: indices)
    let plain = try InstDisc().evaluate(
      queries: inputs.queries, bank: inputs.bank, indices: indices)
    #expect(known.loss == plain.loss)
    #expect(known[.queries] == plain[.queries])
  }
}
