import Contrastive
import ContrastiveFiles

/// What methods leave in a run's folder to be shown, each in a file of its own; all are optional.
///
/// ```
/// artifacts/prototypes.safetensors        nearest I64 [prototypes × m]: training images
/// artifacts/crops.safetensors             images I64 [n]: training images
///                                         boxes F32 [n × 4]: top, left, height, width as shares
/// artifacts/false-negatives.safetensors   anchors I64 [n]: training images
///                                         found I64 [n × m]: images found for each, −1 for none
/// ```
public struct RunArtifacts: Sendable {
  /// Training images nearest to each prototype.
  public let prototypes: [[Int]]?
  /// Training images with a box each.
  public let crops: [(image: Int, box: [Float])]?
  /// Training images with those found to show the same.
  public let falseNegatives: [(anchor: Int, found: [Int])]?

  /// Reads what is there.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - images: number of training images, for checking.
  /// - Throws: `ContrastiveError` when a file is there but is not what it should be.
  public init(_ run: RunRecord, images: Int) throws(ContrastiveError) {
    let folder = "\(run.path)/artifacts"
    func read(_ name: String) throws(ContrastiveError) -> SafetensorsFile? {
      let path = "\(folder)/\(name).safetensors"
      guard fileExists(path) else { return nil }
      return try SafetensorsFile(path: path)
    }
    func check(_ index: Int, _ name: String, _ position: Int) throws(ContrastiveError) {
      guard index < images else {
        throw .index(
          argument: name, position: position, found: "\(index)", expected: "0 ..< \(images)")
      }
    }
    if let file = try read("prototypes") {
      prototypes = try Self.lists(file, "nearest", below: images)
    } else {
      prototypes = nil
    }
    if let file = try read("crops") {
      let shown = try file.tensor("images").int64s(argument: "images")
      let boxes = try file.tensor("boxes").matrix(argument: "boxes")
      guard boxes.rows == shown.count, boxes.columns == 4 else {
        throw .shape(argument: "boxes", found: boxes.shape, expected: "[\(shown.count) × 4]")
      }
      for (position, image) in shown.enumerated() {
        try check(Int(image), "images", position)
        for (column, edge) in boxes.row(position).enumerated() where !edge.isFinite {
          throw .nonFinite(argument: "boxes", row: position, column: column, found: "\(edge)")
        }
      }
      crops = shown.enumerated().filter { $1 >= 0 }.map { (Int($1), Array(boxes.row($0))) }
    } else {
      crops = nil
    }
    if let file = try read("false-negatives") {
      let anchors = try file.tensor("anchors").int64s(argument: "anchors")
      let found = try Self.lists(file, "found", below: images)
      guard found.count == anchors.count else {
        throw .shape(
          argument: "found", found: "[\(found.count)]", expected: "[\(anchors.count)] rows")
      }
      for (position, image) in anchors.enumerated() { try check(Int(image), "anchors", position) }
      falseNegatives = zip(anchors, found).filter { $0.0 >= 0 }.map { (Int($0), $1) }
    } else {
      falseNegatives = nil
    }
  }

  /// The rows of a table of indices without those below 0.
  private static func lists(
    _ file: SafetensorsFile, _ name: String, below bound: Int
  ) throws(ContrastiveError) -> [[Int]] {
    let tensor = try file.tensor(name)
    guard tensor.shape.count == 2, case .int64(let values) = tensor.elements else {
      throw .shape(argument: name, found: tensor.summary, expected: "I64 [rows × columns]")
    }
    let columns = tensor.shape[1]
    for (position, value) in values.enumerated() where value >= bound {
      throw .index(
        argument: name, position: position, found: "\(value)", expected: "0 ..< \(bound)")
    }
    return (0..<tensor.shape[0]).map { row in
      values[(row * columns)..<((row + 1) * columns)].filter { $0 >= 0 }.map { Int($0) }
    }
  }
}
