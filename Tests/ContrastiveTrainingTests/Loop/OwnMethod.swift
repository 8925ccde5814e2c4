import Contrastive

import ContrastiveTraining

/// A method as a user of the package writes one: InfoNCE between two views behind a learned linear
/// map, whose keys have a running mean subtracted.
struct CenteredMethod: TrainingMethod {
  struct Options: MethodOptions {
    static let name = "centered"
    var temperature = 0.3
    var centerMomentum: Float = 0.9
    var warmupSteps: Int?

    static func adjust(_ options: inout TrainingOptions) { options.learningRate = 0.02 }

    mutating func resolve(images: Int, options: TrainingOptions) {
      warmupSteps = warmupSteps ?? images / 20
    }

    func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod {
      let (view, dimension) = (try start.view(), start.online.projectionDimension)
      return CenteredMethod(
        views: [view, view], options: self,
        map: try Network(Linear(inputs: dimension, outputs: dimension), seed: start.options.seed),
        center: [Float](repeating: 0, count: dimension))
    }
  }

  let views: [ViewRecipe]
  let options: Options
  var map: Network
  var center: [Float]

  var parameters: ParameterVector? {
    get { map.parameters }
    set { if let newValue { map.parameters = newValue } }
  }

  mutating func step(
    _ batch: TrainingBatch, online: inout ImageEncoder, workers: Workers
  ) throws(ContrastiveError) -> StepGradient {
    let (projections, encoderTape) = try online.forward(batch.views[0], workers: workers)
    let (outputs, mapTape) = try map.forward(projections, workers: workers)
    let queries = try outputs.normalized(argument: "queries")
    var keys = try online.projections(of: batch.views[1], mode: .training, workers: workers)
    for row in 0..<keys.rows {
      for column in 0..<keys.columns {
        let value = keys[row, column]
        keys[row, column] = value - center[column]
        center[column] += (1 - options.centerMomentum) * (value - center[column])
      }
    }
    let found = try InfoNCE(temperature: options.temperature).evaluate(
      queries: queries.rows, keys: keys.normalized(argument: "keys").rows, workers: workers)
    let gradient = found[.queries] ?? Matrix(zeros: keys.rows, by: keys.columns)
    let (own, input) = try map.backwardToInput(
      queries.backward(gradient), tape: mapTape, workers: workers)
    return StepGradient(
      loss: found.loss, encoder: try online.backward(input, tape: encoderTape, workers: workers),
      own: batch.step < options.warmupSteps ?? 0 ? nil : own)
  }

  mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try state("center", &center, count: center.count)
  }
}

/// Images that are computed when they are asked for.
struct ComputedImages: ImageSource {
  let base: ImageSet
  var count: Int { base.count }
  var shape: ImageShape { base.shape }
  var labels: [Int]? { base.labels }

  func pixels(at indices: [Int], workers: Workers) throws(ContrastiveError) -> Pixels {
    let size = shape.count
    return try Pixels(
      indices.flatMap { image in
        (0..<size).map { base.pixels.bytes[image * size + $0] }
      }, shape: shape)
  }
}
