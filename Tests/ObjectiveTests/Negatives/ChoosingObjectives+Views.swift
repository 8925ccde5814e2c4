import Contrastive
import _Reference
import _TestSupport

/// Objectives of a batch against itself.
extension ChoiceInputs {
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
