import ContrastiveCore

/// Sums over all positions of a batch, one per channel.
enum ChannelSums {
  /// Σ x of every channel, then Σ x², in Double: exact products, so that the variance survives a
  /// mean far larger than the deviation.
  static func moments(
    of values: SharedReadOnlyMemory<Float>, rows: Int, channels: Int, _ workers: Workers
  ) -> [Double] {
    workers.sums(Pieces(rows: rows, width: channels), width: 2 * channels) { range, sums in
      let squares = sums + channels
      for row in range {
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
