import Contrastive
import _Reference
import _TestSupport

extension ChoosingObjective {
  /// Every objective of InfoNCE's shape, with `size` rows (even) and a bank of 2 · size + 4.
  static func all(size: Int = 18) throws -> [ChoosingObjective] {
    let inputs = try ChoiceInputs(size: size)
    return [
      inputs.infoNCE(), inputs.inBatch(symmetric: false), inputs.inBatch(symmetric: true),
      inputs.ntXent(), inputs.decoupled(sigma: nil), inputs.decoupled(sigma: 0.5), inputs.hcl(),
      inputs.supCon(.outside), inputs.supCon(.inside),
      inputs.instDisc(), inputs.protoNCE(), try inputs.hcsc(.exclude), try inputs.hcsc(.zero),
      inputs.looC(), inputs.moCHi(), inputs.cns(), inputs.fnc(withBank: false),
      inputs.fnc(withBank: true),
    ]
  }
}

extension ChoiceInputs {
  /// Every objective of InfoNCE's shape that takes a bank of any form.
  func banked() throws -> [ChoosingObjective] {
    [
      infoNCE(), instDisc(), protoNCE(), try hcsc(.exclude), try hcsc(.zero), looCInOneSpace(),
      moCHi(), cns(),
    ]
  }
}

/// Seeded rows for all objectives.
struct ChoiceInputs: Sendable {
  let queries: Matrix
  let keys: Matrix
  let bank: Matrix
  /// The bank as the objectives get it.
  var form: any Bank
  /// Which of its columns take part in which rows.
  var takes: @Sendable (_ row: Int, _ column: Int) -> Bool = { _, _ in true }

  var count: Int { queries.rows }
  var rows: [Int] { Array(0..<count) }

  init(size: Int) throws {
    queries = try TestData.embeddings(size, 8, seed: 1)
    keys = try TestData.near(queries, noise: 0.9, seed: 2)
    bank = try TestData.embeddings(2 * size + 4, 8, seed: 3)
    form = bank
  }

  /// The same with another bank of as many rows.
  init(_ other: ChoiceInputs, bank: Matrix, form: any Bank) {
    (queries, keys) = (other.queries, other.keys)
    (self.bank, self.form) = (bank, form)
  }

  func term(
    own: Matrix? = nil, anchors: Matrix? = nil, columns: Matrix? = nil,
    leaving: (Int, Int) -> Bool = { _, _ in true }
  ) -> ReferenceTerm {
    var term = ReferenceTerm(
      anchors: (anchors ?? queries).doubles, own: own?.doubles,
      columns: (columns ?? bank).doubles)
    term.candidates = term.anchors.indices.map { row in
      term.columns.indices.filter { leaving(row, $0) && (columns != nil || takes(row, $0)) }
    }
    return term
  }

  func withBank() -> ChosenTerm {
    ChosenTerm(
      term: term(own: keys), anchors: ("queries", rows), own: ("keys", rows),
      columns: ("bank", Array(0..<bank.rows)))
  }

  func infoNCE() -> ChoosingObjective {
    ChoosingObjective(
      description: "InfoNCE",
      evaluate: { choice, temperature, workers in
        NamedResult(
          try InfoNCE(
            temperature: temperature,
            negatives: choice.negatives(rows: count, columns: bank.rows)
          ).evaluate(
            queries: queries, keys: keys, bank: form,
            gradients: form.bankColumns.operand.half == nil
              ? [.queries, .keys, .bank] : [.queries, .keys],
            workers: workers))
      }, terms: { [withBank()] })
  }

  func inBatch(symmetric: Bool) -> ChoosingObjective {
    ChoosingObjective(
      description: symmetric ? "InfoNCE, symmetric" : "InfoNCE in the batch", takesMixing: false,
      evaluate: { choice, temperature, workers in
        NamedResult(
          try InfoNCE(
            temperature: temperature, symmetric: symmetric,
            negatives: choice.negatives(rows: count, columns: count)
          ).evaluate(
            queries: queries, keys: keys, gradients: [.queries, .keys],
            workers: workers))
      },
      terms: {
        var forward = ChosenTerm(
          term: term(own: keys, columns: keys) { $0 != $1 }, anchors: ("queries", rows),
          own: ("keys", rows), columns: ("keys", rows))
        guard symmetric else { return [forward] }
        var backward = ChosenTerm(
          term: term(own: queries, anchors: keys, columns: queries) { $0 != $1 },
          anchors: ("keys", rows), own: ("queries", rows), columns: ("queries", rows))
        (forward.weight, backward.weight) = (0.5, 0.5)
        backward.firstLoss = count
        backward.change = { choice in
          var swapped = choice
          swapped.pairs = choice.pairs.map {
            .init(row: $0.column, column: $0.row, weight: $0.weight, target: $0.target)
          }
          return swapped
        }
        return [forward, backward]
      })
  }
}
