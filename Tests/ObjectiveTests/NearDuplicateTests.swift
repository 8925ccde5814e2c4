import Contrastive
import Testing
import _Reference
import _TestSupport

/// Three views of 40 images that differ by a part in a hundred or less, at temperature 0.005, where
/// exp(1/temperature) is beyond Float32 and the loss of a well-fitted anchor below its resolution.
@Suite struct NearDuplicateTests {
  static let noises: [Float] = [0, 1e-4, 1e-2]

  private func views(_ noise: Float) throws -> Matrix {
    let first = try TestData.embeddings(40, 24, seed: 5)
    return try first.stacked(on: TestData.near(first, noise: noise, seed: 6)).stacked(
      on: TestData.near(first, noise: noise, seed: 7))
  }

  /// Labels that follow the images, cut across them, and are shared by many.
  ///
  /// Worst seen: value 2e-8, gradient 8e-6.
  @Test(arguments: noises) func supCon(_ noise: Float) throws {
    let embeddings = try views(noise)
    for labels in [(0..<120).map { $0 % 40 }, (0..<120).map { $0 / 3 }, (0..<120).map { $0 % 2 }] {
      for variant in SupCon.Variant.allCases {
        let found = try SupCon(temperature: 0.005, variant: variant).evaluate(
          embeddings: embeddings, labels: labels)
        let expected = referenceSupCon(
          embeddings: embeddings.doubles, labels: labels, temperature: 0.005, baseTemperature: nil,
          insideLogarithm: variant == .inside)
        #expect(relativeError(found.loss, expected.loss) <= 2e-7)
        let gradient = try #require(expected.gradients["embeddings"])
        #expect(worstError(try #require(found[.embeddings]), gradient) <= 5e-5)
      }
    }
  }

  /// The partner is the duplicate; a negative is.
  ///
  /// Worst seen: value 2e-8, gradient 7e-8; with OpenBLAS's Haswell kernels, which give two equal
  /// pairs products that differ in their last bit, 6.8e-5.
  @Test(arguments: noises) func hcl(_ noise: Float) throws {
    let embeddings = try views(noise)
    for (beta, tauPlus) in [(1.0, 0.1), (3, 0.01), (0, 0)] {
      for first in [40, 41] {
        let (view1, view2) = (embeddings.rows(0..<39), embeddings.rows(first..<(first + 39)))
        let found = try HCL(temperature: 0.005, tauPlus: tauPlus, beta: beta).evaluate(
          view1: view1, view2: view2)
        let expected = referenceHCL(
          view1: view1.doubles, view2: view2.doubles, temperature: 0.005, tauPlus: tauPlus,
          beta: beta)
        #expect(relativeError(found.loss, expected.loss) <= 2e-7)
        for variable in ViewVariable.allCases {
          let gradient = try #require(expected.gradients[variable.rawValue])
          let error = worstError(try #require(found[variable]), gradient)
          #expect(error <= 1e-4, "\(error)")
        }
      }
    }
  }

  /// Worst seen: value 1e-14, gradient 5e-8.
  @Test(arguments: noises, FNC.Mode.allCases) func fnc(_ noise: Float, _ mode: FNC.Mode) throws {
    let embeddings = try views(noise)
    let search = try FalseNegatives(topK: 4, threshold: 0.2)
    let found = try FNC(temperature: 0.005, search: search, mode: mode).evaluate(
      embeddings: embeddings, views: 3)
    let expected = referenceFNC(
      embeddings: embeddings.doubles, views: 3, support: nil, bank: nil, temperature: 0.005,
      topK: 4,
      threshold: 0.2, takesMean: false, mode: mode.rawValue)
    #expect(
      found.details.falseNegatives == expected.falseNegatives.reduce(0) { $0 + $1.count })
    #expect(relativeError(found.loss, expected.result.loss) <= 1e-9)
    let gradient = try #require(expected.result.gradients["embeddings"])
    #expect(worstError(try #require(found[.embeddings]), gradient) <= 1e-6)
  }
}
