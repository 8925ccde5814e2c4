import Contrastive

extension PixelScaling {
  /// Mean and deviation as an encoder's file has them in its metadata: one number for each channel,
  /// with commas.
  var metadata: [String: String] {
    func text(_ numbers: [Float]) -> String { numbers.map { "\($0)" }.joined(separator: ",") }
    return ["mean": text(mean), "deviation": text(deviation)]
  }

  /// The scaling in a file's metadata; nil where it has none.
  ///
  /// - Throws: `ContrastiveError.file` for what is no such scaling.
  init?(metadata: [String: String], path: String) throws(ContrastiveError) {
    guard metadata["mean"] != nil || metadata["deviation"] != nil else { return nil }
    func numbers(_ name: String) throws(ContrastiveError) -> [Float] {
      let parts = (metadata[name] ?? "").split(separator: ",", omittingEmptySubsequences: false)
      let found = parts.compactMap { Float($0.filter { $0 != " " }) }
      guard found.count == parts.count else {
        throw .file(
          path: path, problem: "has metadata \(name) that is not numbers with commas between them")
      }
      return found
    }
    let (mean, deviation) = (try numbers("mean"), try numbers("deviation"))
    guard mean.count == deviation.count, mean.allSatisfy(\.isFinite),
      deviation.allSatisfy({ $0.isFinite && $0 > 0 })
    else {
      throw .file(
        path: path,
        problem: "has metadata mean and deviation that do not scale: \(mean) and \(deviation)")
    }
    self = try PixelScaling(mean: mean, deviation: deviation)
  }

  /// What torchvision's weights were trained with.
  static func imageNet() throws(ContrastiveError) -> PixelScaling {
    try PixelScaling(mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])
  }
}
