import ContrastiveCore

/// Sums over all positions of a batch, one per channel.
enum ChannelSums {
  /// Σ x of every channel, then Σ x², in Double: exact products, so that the variance survives a
  /// mean far larger than the deviation.
  static func moments(
    of values: SharedReadOnlyMemory<Float>, images: Int, shape: ImageShape, _ pass: LayerPass
  ) -> [Double] {
    let (positions, channels) = (shape.positions, shape.channels)
    let pieces = Pieces.images(images, width: shape.count)
    return pass.sums(pieces, width: 2 * channels) { images, sums in
      let squares = sums + channels
      for row in (images.lowerBound * positions)..<(images.upperBound * positions) {
        let x = values + row * channels
        for channel in 0..<channels {
          let value = Double(x[channel])
          sums[channel] += value
          squares[channel] += value * value
        }
      }
    }
  }
}
