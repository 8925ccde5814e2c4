import Contrastive
import Testing
import _Reference
import _TestSupport

/// Objectives over one set of embeddings that are each other's special cases.
@Suite struct InBatchIdentityTests {
  let view1: Matrix
  let view2: Matrix

  init() throws {
    view1 = try TestData.embeddings(300, 24, seed: 11)
    view2 = try TestData.near(view1, noise: 0.8, seed: 12)
  }

  /// Worst seen: value 5e-9, gradient 5e-7.
  @Test(arguments: [0.5, 0.07]) func supConOfUniqueLabelsIsNTXent(_ temperature: Double) throws {
    let embeddings = view1.stacked(on: view2)
    let labels = Array(0..<300) + Array(0..<300)
    let found = try SupCon(temperature: temperature).evaluate(
      embeddings: embeddings, labels: labels, gradients: [.embeddings])
    let inside = try SupCon(temperature: temperature, variant: .inside).evaluate(
      embeddings: embeddings, labels: labels)
    let expected = try NTXent(temperature: temperature).evaluate(
      view1: view1, view2: view2, gradients: [.view1, .view2])
    let gradient = try #require(expected[.view1]).stacked(on: try #require(expected[.view2]))
    #expect(relativeError(found.loss, expected.loss) <= 1e-6)
    #expect(relativeError(inside.loss, expected.loss) <= 1e-6)
    #expect(worstError(try #require(found[.embeddings]), gradient.doubles) <= 1e-5)
    #expect(worstError(try #require(inside[.embeddings]), gradient.doubles) <= 1e-5)
    let slope = found[.temperature]
    #expect(relativeError(slope, expected[.temperature]) <= 1e-5)
  }

  /// A label a row and nothing to find: 0, not NaN.
  @Test func supConWithoutPositivesIsZero() throws {
    let found = try SupCon().evaluate(embeddings: view1, labels: Array(0..<300))
    #expect(found.loss == 0)
    #expect(found[.embeddings] == Matrix(zeros: 300, by: 24))
  }

  /// One label: the loss is the spread of the positives alone.
  ///
  /// Worst seen: gradient 6e-7.
  @Test func supConOfOneLabelAgreesWithTheDefinition() throws {
    for variant in SupCon.Variant.allCases {
      let found = try SupCon(temperature: 0.1, variant: variant).evaluate(
        embeddings: view1, labels: [Int](repeating: 7, count: 300))
      let expected = referenceSupCon(
        embeddings: view1.doubles, labels: [Int](repeating: 7, count: 300), temperature: 0.1,
        baseTemperature: nil, insideLogarithm: variant == .inside)
      #expect(relativeError(found.loss, expected.loss) <= 2e-6)
      let gradient = try #require(expected.gradients["embeddings"])
      let largest = gradient.joined().map(abs).max() ?? 0
      guard largest > 1e-12 else { continue }
      #expect(worstError(try #require(found[.embeddings]), gradient) <= 1e-5)
    }
  }
}

extension InBatchIdentityTests {
  /// The same bits.
  @Test func hclOfBetaZeroIsDCL() throws {
    let found = try HCL(tauPlus: 0.05, beta: 0).evaluate(view1: view1, view2: view2)
    let expected = try DCL(tauPlus: 0.05).evaluate(view1: view1, view2: view2)
    #expect(found.loss == expected.loss)
    #expect(found.gradients == expected.gradients)
  }

  /// Neither weights nor debiasing, and unit rows never reach the floor.
  ///
  /// Worst seen: gradient 1e-7.
  @Test(arguments: [0.5, 0.07]) func dclOfTauPlusZeroIsNTXent(_ temperature: Double) throws {
    let found = try DCL(temperature: temperature, tauPlus: 0).evaluate(view1: view1, view2: view2)
    let expected = try NTXent(temperature: temperature).evaluate(view1: view1, view2: view2)
    #expect(relativeError(found.loss, expected.loss) <= 1e-9)
    for (mine, other) in [(ViewVariable.view1, ViewVariable.view1), (.view2, .view2)] {
      #expect(worstError(try #require(found[mine]), try #require(expected[other]).doubles) <= 1e-6)
    }
  }

  /// Constant weights change the gradient and not the value.
  ///
  /// Worst seen: gradient 1.1e-5 at 0.05.
  @Test(arguments: [0.5, 0.05]) func detachedWeights(_ temperature: Double) throws {
    let attached = try HCL(temperature: temperature, tauPlus: 0.01).evaluate(
      view1: view1, view2: view2)
    let detached = try HCL(temperature: temperature, tauPlus: 0.01, detachesWeights: true)
      .evaluate(view1: view1, view2: view2)
    let expected = referenceHCL(
      view1: view1.doubles, view2: view2.doubles, temperature: temperature, tauPlus: 0.01, beta: 1,
      detachesWeights: true)
    #expect(attached.loss == detached.loss)
    #expect(attached.gradients != detached.gradients)
    #expect(relativeError(detached.loss, expected.loss) <= 2e-6)
    for variable in ViewVariable.allCases {
      let gradient = try #require(expected.gradients[variable.rawValue])
      #expect(worstError(try #require(detached[variable]), gradient) <= 5e-5)
    }
  }
}

extension InBatchIdentityTests {
  /// Several views and nothing found: each view finds the others of its image, as with a label
  /// each.
  @Test(arguments: FNC.Mode.allCases) func fncFindingNothingIsMultiView(_ mode: FNC.Mode) throws {
    let search = try FalseNegatives(threshold: 2)
    let third = try TestData.near(view1, noise: 0.5, seed: 13)
    let embeddings = view1.stacked(on: view2).stacked(on: third)
    let labels = Array(0..<300) + Array(0..<300) + Array(0..<300)
    let found = try FNC(search: search, mode: mode).evaluate(embeddings: embeddings, views: 3)
    let expected = try SupCon(temperature: 0.1).evaluate(embeddings: embeddings, labels: labels)
    #expect(found.details.falseNegatives == 0)
    #expect(relativeError(found.loss, expected.loss) <= 1e-6)
    let gradient = try #require(expected[.embeddings]).doubles
    #expect(worstError(try #require(found[.embeddings]), gradient) <= 1e-5)
  }

  /// The count is the definition's, whatever becomes of what was found.
  @Test(arguments: FNC.Mode.allCases) func fncCountsWhatItFinds(_ mode: FNC.Mode) throws {
    let embeddings = view1.stacked(on: view2)
    let search = try FalseNegatives(topK: 7, threshold: 0.4, aggregate: .max)
    let found = try FNC(search: search, mode: mode).evaluate(embeddings: embeddings, views: 2)
    let expected = referenceFNC(
      embeddings: embeddings.doubles, views: 2, support: nil, bank: nil, temperature: 0.1, topK: 7,
      threshold: 0.4, takesMean: false, mode: mode.rawValue)
    let count = expected.falseNegatives.reduce(0) { $0 + $1.count }
    #expect(count > 0)
    #expect(found.details.falseNegatives == count)
    #expect(relativeError(found.loss, expected.result.loss) <= 2e-6)
  }
}
