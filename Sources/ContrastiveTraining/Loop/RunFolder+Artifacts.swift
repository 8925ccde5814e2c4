import Contrastive
import ContrastiveFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension RunFolder {
  /// Saves what a run keeps to be shown; nothing when it keeps nothing.
  ///
  /// ```
  /// artifacts/crops.safetensors   images I64 [n]: training images
  ///                               boxes F32 [n × 4]: top, left, height and width as shares of them
  /// ```
  ///
  /// - Parameter run: at the end of an epoch.
  /// - Throws: `ContrastiveError.file`.
  func writeArtifacts(of run: TrainingRun) throws(ContrastiveError) {
    guard let boxes = run.cropBoxes?.boxes, !boxes.isEmpty else { return }
    let folder = "\(path)/artifacts"
    guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
      throw .file(path: folder, problem: "cannot be made: \(String(cString: strerror(errno)))")
    }
    let values = boxes.flatMap { [$0.top, $0.left, $0.bottom - $0.top, $0.right - $0.left] }
    try SafetensorsFile(tensors: [
      "images": Tensor(.int64(boxes.indices.map { Int64($0) })),
      "boxes": Tensor(shape: [boxes.count, 4], elements: .float32(values)),
    ]).write(to: "\(folder)/crops.safetensors")
  }
}
