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

  private func term(
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

  /// The queries' two halves as two views.
  private var views: ChosenTerm {
    let half = count / 2
    let partner = rows.map { ($0 + half) % count }
    var term = term(own: queries.rows(at: partner), columns: queries) {
      $0 != $1 && partner[$0] != $1
    }
    (term.support, term.images) = (queries.doubles, half)
    return ChosenTerm(
      term: term, anchors: ("views", rows), own: ("views", partner), columns: ("views", rows))
  }

  /// Both views' gradients as one.
  private func stacked<O: Objective>(
    _ found: Evaluation<O>
  ) -> NamedResult where O.Variable == ViewVariable {
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

  func decoupled(sigma: Double?) -> ChoosingObjective {
    ChoosingObjective(
      description: "decoupled" + (sigma == nil ? "" : " by weights"), takesMixing: false,
      evaluate: { choice, temperature, workers in
        stacked(
          try Decoupled(
            temperature: temperature, sigma: sigma,
            negatives: choice.negatives(rows: count, columns: count)
          ).evaluate(
            view1: queries.rows(0..<(count / 2)), view2: queries.rows((count / 2)..<count),
            workers: workers))
      },
      terms: {
        var views = views
        let (first, second) = (
          queries.rows(0..<(count / 2)).doubles, queries.rows((count / 2)..<count).doubles
        )
        let weights = sigma.map {
          referenceDecoupledWeights(view1: first, view2: second, sigma: $0)
        }
        views.term.decoupledWeights = weights.map { $0 + $0 } ?? rows.map { _ in 1 }
        return [views]
      })
  }

  func hcl() -> ChoosingObjective {
    ChoosingObjective(
      description: "HCL", takesMixing: false, hasHardness: true,
      evaluate: { choice, temperature, workers in
        var others = choice
        others.hardness = nil
        let weights = try choice.hardness ?? HardNegativeWeights(beta: 0, tauPlus: 0)
        return stacked(
          try HCL(
            temperature: temperature, weights: weights,
            negatives: others.negatives(rows: count, columns: count)
          ).evaluate(
            view1: queries.rows(0..<(count / 2)), view2: queries.rows((count / 2)..<count),
            workers: workers))
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
              (0..<bank.rows).count { mask[row * bank.rows + $0] == 0 }
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
          .exclude: .exclude, .attract: .attract,
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
        (term.support, term.images) = ((withBank ? keys : queries).doubles, half)
        return [
          ChosenTerm(
            term: term, anchors: ("embeddings", rows),
            columns: withBank ? nil : ("embeddings", rows))
        ]
      })
  }
}
