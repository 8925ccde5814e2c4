import ContrastiveFiles
import Foundation
import _TestSupport

extension TemporaryFolder {
  /// Writes small colored images of three classes, told apart by their brightest channel.
  func writeImages(_ name: String, train: Int, test: Int) throws {
    try FileManager.default.createDirectory(
      atPath: file(name), withIntermediateDirectories: false)
    for (part, count) in [("train", train), ("test", test)] {
      let pixels = TestData.images(count, height: 12, width: 10)
      try NPYFile.write(
        Tensor(shape: [count, 12, 10, 3], elements: .uint8(pixels)),
        to: file("\(name)/\(part)-images.npy"))
      try writeLabels("\(name)/\(part)-labels.npy", (0..<count).map { Int64($0 % 3) })
    }
  }

  /// Writes labels as an .npy file.
  func writeLabels(_ name: String, _ labels: [Int64]) throws {
    try NPYFile.write(Tensor(.int64(labels)), to: file(name))
  }
}
