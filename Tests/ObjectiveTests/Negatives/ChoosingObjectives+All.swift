import Contrastive
import _Reference

extension ChoosingObjective {
  /// Every objective of InfoNCE's shape, with `size` rows (even) and a bank of 2 · size + 4.
  static func all(size: Int = 18) throws -> [ChoosingObjective] {
    let inputs = try ChoiceInputs(size: size)
    return [
      inputs.infoNCE(), inputs.inBatch(symmetric: false), inputs.inBatch(symmetric: true),
      inputs.ntXent(), inputs.hcl(), inputs.supCon(.outside), inputs.supCon(.inside),
      inputs.instDisc(), inputs.protoNCE(), try inputs.hcsc(.exclude), try inputs.hcsc(.zero),
      inputs.looC(), inputs.moCHi(), inputs.cns(), inputs.fnc(withBank: false),
      inputs.fnc(withBank: true),
    ]
  }
}

/// Seeded rows for all objectives.
struct ChoiceInputs: Sendable {
  let queries: Matrix
  let keys: Matrix
  let bank: Matrix

  var count: Int { queries.rows }
  var rows: [Int] { Array(0..<count) }

  init(size: Int) throws {
    queries = try Draw.embeddings(size, 8, seed: 1)
    keys = try Draw.near(queries, noise: 0.9, seed: 2)
    bank = try Draw.embeddings(2 * size + 4, 8, seed: 3)
  }

  private func term(
    own: Matrix? = nil, anchors: Matrix? = nil, columns: Matrix? = nil,
    leaving: (Int, Int) -> Bool = { _, _ in true }
  ) -> ReferenceTerm {
    var term = ReferenceTerm(
      anchors: doubles(anchors ?? queries), own: own.map(doubles),
      columns: doubles(columns ?? bank))
    term.candidates = term.anchors.indices.map { row in
      term.columns.indices.filter { leaving(row, $0) }
    }
    return term
  }

  private func withBank() -> ChosenTerm {
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
            queries: queries, keys: keys, bank: bank, gradients: Set(InfoNCE.Variable.allCases),
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

  /// The queries' two halves as two views.
  private var views: ChosenTerm {
    let half = count / 2
    let partner = rows.map { ($0 + half) % count }
    var term = term(own: queries.rows(at: partner), columns: queries) {
      $0 != $1 && partner[$0] != $1
    }
    (term.support, term.images) = (doubles(queries), half)
    return ChosenTerm(
      term: term, anchors: ("views", rows), own: ("views", partner), columns: ("views", rows))
  }

  private func stacked(_ found: Evaluation<NTXent>) -> NamedResult {
    var result = NamedResult(found)
    if let first = found[.view1], let second = found[.view2] {
      result.gradients = ["views": first.stacked(on: second)]
    }
    return result
  }

  func ntXent() -> ChoosingObjective {
    ChoosingObjective(
      description: "NT-Xent", takesMixing: false,
      evaluate: { choice, temperature, workers in
        stacked(
          try NTXent(
            temperature: temperature, negatives: choice.negatives(rows: count, columns: count)
          ).evaluate(
            view1: queries.rows(0..<(count / 2)), view2: queries.rows((count / 2)..<count),
            gradients: Set(ViewVariable.allCases), workers: workers))
      }, terms: { [views] })
  }

  func hcl() -> ChoosingObjective {
    ChoosingObjective(
      description: "HCL", takesMixing: false, hasHardness: true,
      evaluate: { choice, temperature, workers in
        var others = choice
        others.hardness = nil
        let weights = try choice.hardness ?? HardNegativeWeights(beta: 0, tauPlus: 0)
        let found = try HCL(
          temperature: temperature, weights: weights,
          negatives: others.negatives(rows: count, columns: count)
        ).evaluate(
          view1: queries.rows(0..<(count / 2)), view2: queries.rows((count / 2)..<count),
          workers: workers)
        var result = NamedResult(found)
        if let first = found[.view1], let second = found[.view2] {
          result.gradients = ["views": first.stacked(on: second)]
        }
        return result
      }, terms: { [views] })
  }

  func supCon(_ variant: SupCon.Variant) -> ChoosingObjective {
    let labels = rows.map { $0 % 6 }
    return ChoosingObjective(
      description: "SupCon \(variant.rawValue)", takesSearch: false, takesMixing: false,
      takesTargets: variant == .outside,
      evaluate: { choice, temperature, workers in
        NamedResult(
          try SupCon(
            temperature: temperature, variant: variant,
            negatives: choice.negatives(rows: count, columns: count)
          ).evaluate(
            embeddings: queries, labels: labels, gradients: Set(SupCon.Variable.allCases),
            workers: workers))
      },
      terms: {
        var term = term(columns: queries) { labels[$0] != labels[$1] }
        term.positives = rows.map { row in rows.filter { $0 != row && labels[$0] == labels[row] } }
        term.insideLogarithm = variant == .inside
        return [
          ChosenTerm(term: term, anchors: ("embeddings", rows), columns: ("embeddings", rows))
        ]
      })
  }

  func instDisc() -> ChoosingObjective {
    let indices = rows.map { bank.rows - 1 - $0 }
    return ChoosingObjective(
      description: "InstDisc",
      evaluate: { choice, temperature, workers in
        NamedResult(
          try InstDisc(
            temperature: temperature,
            negatives: choice.negatives(rows: count, columns: bank.rows)
          ).evaluate(queries: queries, bank: bank, indices: indices, workers: workers))
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
          ).evaluate(queries: queries, keys: keys, bank: bank, clusterings: [], workers: workers))
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
          ).evaluate(queries: queries, keys: keys, bank: bank, levels: levels, workers: workers))
      },
      terms: {
        masks.map { mask in
          var term = term(own: keys) { mask[$0 * bank.rows + $1] == 1 }
          if unselected == .zero { term.zeros = term.candidates.map { bank.rows - $0.count } }
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
            queries: queries, keys: keys, bank: bank,
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
          ).evaluate(queries: queries, keys: keys, bank: bank, workers: workers))
      }, terms: { [withBank()] })
  }

  /// Two views of half as many images.
  func fnc(withBank: Bool) -> ChoosingObjective {
    let half = count / 2
    let columns = withBank ? keys.stacked(on: bank) : queries
    return ChoosingObjective(
      description: withBank ? "FNC with a bank" : "FNC", takesMixing: withBank,
      evaluate: { choice, temperature, workers in
        var others = choice
        others.falseNegatives = nil
        let modes: [FalseNegativeTreatment.Mode: FNC.Mode] = [
          .exclude: .eliminate, .attract: .attract,
        ]
        return NamedResult(
          try FNC(
            temperature: temperature,
            search: FalseNegatives(topK: NegativeChoice.topK, threshold: nil),
            mode: choice.falseNegatives.flatMap { modes[$0] } ?? .none,
            negatives: others.negatives(rows: count, columns: columns.rows)
          ).evaluate(
            embeddings: queries, views: 2, support: withBank ? keys : nil,
            bank: withBank ? bank : nil, workers: workers))
      },
      terms: {
        var term = term(columns: columns) { row, column in
          column >= count || (column != row && column % half != row % half)
        }
        term.positives = rows.map { [($0 + half) % count] }
        (term.support, term.images) = (doubles(withBank ? keys : queries), half)
        return [
          ChosenTerm(
            term: term, anchors: ("embeddings", rows),
            columns: withBank ? nil : ("embeddings", rows))
        ]
      })
  }
}
