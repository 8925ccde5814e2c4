import Contrastive
import ContrastiveFiles
import ContrastiveTraining

extension Workload {
  /// One epoch of momentum contrast over real images, without its evaluation.
  static let training: [Workload] = [trainEpoch(images: 15_360)]

  private static func trainEpoch(images: Int) -> Workload {
    Workload(
      name: "train-epoch", size: "moco \(images)x28x28", operations: 0,
      inputs: { [:] },
      prepare: { _, workers in
        guard let folder = InstalledData.fashionMNIST() else {
          throw ContrastiveError.parameter(
            name: "images", found: "no Fashion-MNIST below the data folders",
            expected: "`make deps`")
        }
        let data = try ImageFolder(path: folder)
        var options = TrainingOptions()
        options.epochs = 1
        options.limit = images
        let settled = options
        return {
          var run = try TrainingRun(options: settled, data: data, workers: workers)
          var milliseconds = 0.0
          _ = try run.train { event in
            if case .epoch(let metrics) = event { milliseconds = 1e3 * metrics.seconds }
          }
          return Outcome(milliseconds: milliseconds)
        }
      })
  }
}
