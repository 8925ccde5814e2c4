import ContrastiveCore
import Testing
import _Reference

import ContrastiveTraining

/// Whole steps of the methods with heads of their own, against central differences in Double of the
/// loss by its definition, with what the method holds constant held constant.
@Suite struct StepGradientTests {
  private let square = (height: 5, width: 4)
  private let predictor = Head.perceptron(hidden: 3, outputs: 3, normalization: .hidden)

  private func stirred(_ method: any TrainingMethod) -> any TrainingMethod {
    var method = method
    method.parameters = method.parameters.map(StepCase.stirred)
    return method
  }

  @Test func simSiam() throws {
    let example = try StepCase(.simsiam, sizes: [square, square])
    var options = SimSiamMethod.Options()
    options.predictorDimension = 3
    let method = stirred(try options.makeMethod(example.start))
    let theta = example.online.network.parameters.values.map(Double.init)
    let constant = (0..<2).map { example.projections(theta, of: [$0]) }
    let error = try example.check(method) { theta, own in
      let predictions = (0..<2).map {
        StepCase.apply(predictor, own, to: example.projections(theta, of: [$0]))
      }
      return referenceSimSiam(
        predictions1: predictions[0], predictions2: predictions[1], projections1: constant[0],
        projections2: constant[1]
      ).loss
    }
    // Worst seen: 2.0e-6.
    #expect(error < 2e-5)
  }

  @Test func byol() throws {
    let example = try StepCase(.byol, sizes: [square, square])
    var options = BYOLMethod.Options()
    options.predictorDimension = 3
    options.encoderMomentum = 0.25
    options.momentumSchedule = .constant
    let method = stirred(try options.makeMethod(example.start))
    // The target is a quarter its old self, which is the encoder's other draw.
    var other = example
    other = StepCase(
      other,
      parameters: NetworkCase.numbers(
        example.online.network.parameters.values.count, seed: 77))
    let old = example.online.network.parameters.values
    let new = other.online.network.parameters.values
    let target = zip(old, new).map { 0.25 * Double($0) + 0.75 * Double($1) }
    let constant = (0..<2).map { example.projections(target, of: [$0]) }
    let error = try other.check(method) { theta, own in
      let predictions = (0..<2).map {
        StepCase.apply(predictor, own, to: example.projections(theta, of: [$0]))
      }
      return referenceBYOL(
        predictions1: predictions[0], predictions2: predictions[1], projections1: constant[0],
        projections2: constant[1]
      ).loss
    }
    // Worst seen: 5.6e-6.
    #expect(error < 2e-5)
  }

  /// Two large views, which pass the encoder together, and a small one.
  @Test func swav() throws {
    let example = try StepCase(.swav, sizes: [square, square, (3, 2)])
    var options = SwAVMethod.Options()
    options.prototypes = 4
    options.epsilon = 0.25
    options.smallViews = 1
    var method = try options.makeMethod(example.start)
    // Prototypes of any length: the step brings them to length 1 first.
    var given = try Prototypes(count: 4, dimension: 3, seed: 9)
    try given.normalize()
    method.parameters = given.parameters
    func rows(_ theta: [Double]) -> Rows {
      StepCase.unit(
        example.projections(theta, of: [0, 1]) + example.projections(theta, of: [2]))
    }
    func prototypes(_ own: [Double]) -> Rows {
      (0..<4).map { Array(own[($0 * 3)..<(($0 + 1) * 3)]) }
    }
    let fixed = rows(example.online.network.parameters.values.map(Double.init))
    let fixedPrototypes = prototypes(given.parameters.values.map(Double.init))
    let error = try example.check(method) { theta, own in
      referenceSwAV(
        views: rows(theta), fixedViews: fixed, count: 3, prototypes: prototypes(own),
        fixedPrototypes: fixedPrototypes, queue: [], assigned: 2, epsilon: 0.25, iterations: 3,
        temperature: 0.1
      ).loss
    }
    // Worst seen: 2.3e-7.
    #expect(error < 2e-5)
  }

  /// The pair of views that SimCLR, DCL and HCL share.
  @Test func simCLR() throws {
    let example = try StepCase(.simclr, sizes: [square, square])
    let error = try example.check(try SimCLR.Options().makeMethod(example.start)) { theta, _ in
      let rows = StepCase.unit(example.projections(theta, of: [0, 1]))
      return referenceNTXent(
        view1: Array(rows[..<6]), view2: Array(rows[6...]), temperature: 0.2
      ).loss
    }
    // Worst seen: 1.5e-6.
    #expect(error < 2e-5)
  }
}
