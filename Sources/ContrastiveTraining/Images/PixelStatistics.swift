import ContrastiveCore
import ContrastiveFiles

/// What one pass over all images finds out: how to scale them, and what tells them from others.
struct PixelStatistics {
  private let channels: Int
  private var pixels = 0
  /// How often each byte occurs in each channel.
  private var histogram: [Int]
  private var sum = CRC32()

  /// CRC-32 of the bytes.
  var checksum: UInt32 { sum.value }

  /// Reads every image once, in order and in bounded memory.
  init(of images: some ImageSource, workers: Workers) throws(ContrastiveError) {
    channels = images.shape.channels
    histogram = [Int](repeating: 0, count: 256 * channels)
    try images.forEachBatch(workers: workers) { batch throws(ContrastiveError) in add(batch) }
  }

  private mutating func add(_ batch: Pixels) {
    var channel = 0
    for byte in batch.bytes {
      histogram[channel * 256 + Int(byte)] += 1
      channel = channel + 1 == channels ? 0 : channel + 1
    }
    pixels += batch.count * batch.shape.positions
    sum.add(batch.bytes)
  }

  /// Mean 0 and deviation 1 in each channel.
  func scaling() throws(ContrastiveError) -> PixelScaling {
    var (mean, deviation): ([Float], [Float]) = ([], [])
    for channel in 0..<channels {
      let shares = (0..<256).map { Double(histogram[channel * 256 + $0]) / Double(pixels) }
      let center = shares.indices.reduce(0) { $0 + shares[$1] * Double($1) / 255 }
      let variance = shares.indices.reduce(0) { total, byte in
        let distance = Double(byte) / 255 - center
        return total + shares[byte] * distance * distance
      }
      mean.append(Float(center))
      deviation.append(variance > 0 ? Float(variance.squareRoot()) : 1)
    }
    return try PixelScaling(mean: mean, deviation: deviation)
  }
}
