import Contrastive
import ContrastiveFiles

/// What tells the images and labels of an evaluation from others.
enum EvaluationChecksum {
  /// CRC-32 of the test images' bytes and of all labels.
  static func of(
    train: some ImageSource, test: (any ImageSource)?, workers: Workers
  ) throws(ContrastiveError) -> UInt32 {
    var sum = CRC32()
    try test?.forEachBatch(workers: workers) { batch throws(ContrastiveError) in
      sum.add(batch.bytes)
    }
    for labels in [train.labels, test?.labels] {
      let bytes = (labels ?? []).flatMap { label in
        withUnsafeBytes(of: Int64(label).littleEndian) { Array($0) }
      }
      sum.add(bytes)
    }
    return sum.value
  }
}
