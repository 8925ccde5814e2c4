import Contrastive
import ContrastiveFiles

extension RunFolder {
  /// Saves what a report shows of a run, if anything.
  ///
  /// ```
  /// artifacts/crops.safetensors             images I64 [n]: training images
  ///                                         boxes F32 [n × 4]: top, left, height, width as shares
  /// artifacts/prototypes.safetensors        nearest I64 [prototypes × m]: training images
  /// artifacts/false-negatives.safetensors   anchors I64 [n]: training images
  ///                                         found I64 [n × m]: images found for each, −1 for none
  /// ```
  /// The last two are written at the end of the run.
  ///
  /// - Parameter run: at the end of an epoch.
  /// - Throws: `ContrastiveError`: `.file`, or what embedding the images throws.
  func writeArtifacts(of run: TrainingRun) throws(ContrastiveError) {
    if let boxes = run.cropBoxes?.boxes, !boxes.isEmpty {
      let values = boxes.flatMap { [$0.top, $0.left, $0.bottom - $0.top, $0.right - $0.left] }
      try writeArtifact(
        "crops",
        [
          "images": Tensor(.int64(boxes.indices.map { Int64($0) })),
          "boxes": Tensor(shape: [boxes.count, 4], elements: .float32(values)),
        ])
    }
    guard run.isFinished else { return }
    if let nearest = try run.nearestToPrototypes() {
      try writeArtifact(
        "prototypes",
        ["nearest": try Self.table((0..<nearest.rows).map { Array(nearest.indices(of: $0)) })])
    }
    if let found = try run.falseNegatives(), !found.isEmpty {
      try writeArtifact(
        "false-negatives",
        [
          "anchors": Tensor(.int64(found.map { Int64($0.anchor) })),
          "found": try Self.table(found.map(\.found)),
        ])
    }
  }

  /// Lists of indices as a table, −1 where a list is shorter.
  private static func table(_ lists: [[Int]]) throws(ContrastiveError) -> Tensor {
    let width = lists.map(\.count).max() ?? 0
    let values = lists.flatMap { list in
      list.map(Int64.init) + [Int64](repeating: -1, count: width - list.count)
    }
    return try Tensor(shape: [lists.count, width], elements: .int64(values))
  }

  private func writeArtifact(
    _ name: String, _ tensors: [String: Tensor]
  ) throws(ContrastiveError) {
    let folder = "\(path)/artifacts"
    try Folder.make(folder)
    try SafetensorsFile(tensors: tensors).write(to: "\(folder)/\(name).safetensors")
  }
}
