import Contrastive
import _Reference
import _TestSupport

/// Objectives with a bank.
extension ChoiceInputs {
  func instDisc() -> ChoosingObjective {
    // A query's own row is one that takes part.
    let columns = (0..<bank.rows).filter { column in rows.contains { takes($0, column) } }
    let indices = rows.map { columns[columns.count - 1 - $0] }
    return ChoosingObjective(
      description: "InstDisc",
      evaluate: { choice, temperature, workers in
        NamedResult(
          try InstDisc(
            temperature: temperature,
            negatives: choice.negatives(rows: count, columns: bank.rows)
          ).evaluate(queries: queries, bank: form, indices: indices, workers: workers))
      },
      terms: {
        let term = term(own: bank.rows(at: indices)) { indices[$0] != $1 }
        return [ChosenTerm(term: term, anchors: ("queries", rows))]
      })
  }

  func protoNCE() -> ChoosingObjective {
    ChoosingObjective(
      description: "ProtoNCE",
      evaluate: { choice, temperature, workers in
        NamedResult(
          try ProtoNCE(
            temperature: temperature,
            negatives: choice.negatives(rows: count, columns: bank.rows)
          ).evaluate(queries: queries, keys: keys, bank: form, clusterings: [], workers: workers))
      }, terms: { [withBank()] })
  }

  /// Two levels whose prototypes have no negatives: their terms are 0.
  func hcsc(_ unselected: HCSC.Unselected) throws -> ChoosingObjective {
    let masks = (0..<2).map { level -> [UInt8] in
      var random = CounterRandom(seed: 9, UInt64(level))
      return (0..<(count * bank.rows)).map { _ in random.uniform() < 0.7 ? 1 : 0 }
    }
    let targets = try PrototypeTargets(
      centroids: bank, concentrations: [Float](repeating: 0.2, count: bank.rows),
      assignments: rows, negatives: [])
    let levels = try masks.map {
      HCSC.Level(
        targets: targets,
        instances: try SelectionMask(rows: count, columns: bank.rows, values: $0))
    }
    return ChoosingObjective(
      description: "HCSC \(unselected)", takesPairs: false,
      evaluate: { choice, temperature, workers in
        NamedResult(
          try HCSC(
            temperature: temperature, unselected: unselected,
            negatives: choice.negatives(rows: count, columns: bank.rows)
          ).evaluate(queries: queries, keys: keys, bank: form, levels: levels, workers: workers))
      },
      terms: {
        masks.map { mask in
          var term = term(own: keys) { mask[$0 * bank.rows + $1] == 1 }
          if unselected == .zero {
            term.zeros = rows.map { row in
              (0..<bank.rows).count { mask[row * bank.rows + $0] == 0 && takes(row, $0) }
            }
          }
          return ChosenTerm(term: term, weight: 0.5, anchors: ("queries", rows))
        }
      })
  }

  /// Two spaces: query row 2·i + s; the keys' and queries' halves as views.
  func looC() -> ChoosingObjective {
    let images = count / 2
    let banks = [bank, bank.rows(at: (0..<bank.rows).reversed())]
    // View j of image i in space s.
    let all = keys.stacked(on: queries)
    return ChoosingObjective(
      description: "LooC", takesMixing: false,
      evaluate: { choice, temperature, workers in
        NamedResult(
          try LooC(
            temperature: temperature,
            negatives: choice.negatives(rows: count, columns: bank.rows)
          ).evaluate(queries: queries, keys: all, banks: banks, workers: workers))
      },
      terms: {
        (0..<2).map { space in
          let places = (0..<images).map { $0 * 2 + space }
          func key(_ image: Int, _ view: Int) -> Int { (image * 2 + view) * 2 + space }
          var term = term(
            own: all.rows(at: (0..<images).map { key($0, space) }),
            anchors: queries.rows(at: places), columns: banks[space])
          if space == 1 {
            term.further = (0..<images).map { [all.row(key($0, 0)).map(Double.init)] }
          }
          return ChosenTerm(
            term: term, weight: 0.5,
            change: { choice in
              var ofSpace = choice
              ofSpace.draws = { choice.draws($0 * 2 + space) }
              ofSpace.pairs = choice.pairs.filter { $0.row % 2 == space }.map {
                .init(row: $0.row / 2, column: $0.column, weight: $0.weight, target: $0.target)
              }
              return ofSpace
            }, anchors: ("queries", places))
        }
      })
  }

  /// One space, which is InfoNCE.
  func looCInOneSpace() -> ChoosingObjective {
    ChoosingObjective(
      description: "LooC in one space", takesMixing: false,
      evaluate: { choice, temperature, workers in
        NamedResult(
          try LooC(
            temperature: temperature,
            negatives: choice.negatives(rows: count, columns: bank.rows)
          ).evaluate(queries: queries, keys: keys, banks: [form], workers: workers))
      }, terms: { [withBank()] })
  }

  func moCHi() -> ChoosingObjective {
    ChoosingObjective(
      description: "MoCHi",
      evaluate: { choice, temperature, workers in
        var others = choice
        others.mixes = 0
        return NamedResult(
          try MoCHi(
            temperature: temperature,
            negatives: others.negatives(rows: count, columns: bank.rows)
          ).evaluate(
            queries: queries, keys: keys, bank: form,
            mixes: NegativeMixes.drawn(choice.mixes, rows: count, columns: bank.rows),
            workers: workers))
      }, terms: { [withBank()] })
  }

  func cns() -> ChoosingObjective {
    ChoosingObjective(
      description: "CNS",
      evaluate: { choice, temperature, workers in
        var others = choice
        others.ring = nil
        let ring = choice.ring ?? (0, 1)
        return NamedResult(
          try CNS(
            temperature: temperature,
            ring: Ring(
              outer: ring.outer, inner: ring.inner, innerMode: .static,
              sample: choice.sample(rows: count)),
            negatives: others.negatives(rows: count, columns: bank.rows)
          ).evaluate(queries: queries, keys: keys, bank: form, workers: workers))
      }, terms: { [withBank()] })
  }
}
