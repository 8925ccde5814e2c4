import Contrastive

/// The boxes that guide the crops of a run: one for each image, found anew on a schedule.
///
/// None before the end of the warm-up, when crops are placed anywhere; then at the beginning of
/// every `interval`-th epoch from the online encoder, for all methods alike.
struct CropBoxes: Sendable {
  /// In the order of the data set; empty before the end of the warm-up.
  private(set) var boxes: [ContrastiveCrop.Box] = []
  private let images: Int
  private let warmup: Int
  private let interval: Int
  private let threshold: Float

  /// No boxes yet; nil when crops are not guided.
  init?(_ options: TrainingOptions, images: Int) {
    guard options.crop == .contrastive else { return nil }
    self.images = images
    warmup = options.cropWarmup ?? 0
    interval = options.cropInterval ?? 1
    threshold = options.cropThreshold
  }

  /// Finds the boxes when the epoch is one of the schedule's.
  mutating func begin(
    _ epoch: EpochStart, online: ImageEncoder, workers: Workers
  ) throws(ContrastiveError) {
    guard epoch.epoch >= warmup, (epoch.epoch - warmup) % interval == 0 else { return }
    boxes = try epoch.boxes(by: online, threshold: threshold, workers: workers)
  }
}

extension CropBoxes: Stateful {
  /// Exchanges the boxes: top, left, bottom and right of each image, or nothing.
  mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    var edges = boxes.flatMap { [$0.top, $0.left, $0.bottom, $0.right] }
    try state("boxes", &edges)
    guard state.isLoading else { return }
    guard edges.isEmpty || edges.count == 4 * images else {
      throw state.failure("boxes has \(edges.count) edges, expected 0 or \(4 * images)")
    }
    boxes = stride(from: 0, to: edges.count, by: 4).map {
      ContrastiveCrop.Box(
        top: edges[$0], left: edges[$0 + 1], bottom: edges[$0 + 2], right: edges[$0 + 3])
    }
    guard
      boxes.allSatisfy({
        0...1 ~= $0.top && 0...1 ~= $0.left && $0.top...1 ~= $0.bottom && $0.left...1 ~= $0.right
      })
    else { throw state.failure("boxes has one that is not inside its image") }
  }
}
