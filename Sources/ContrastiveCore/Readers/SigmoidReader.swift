/// The sigmoid of every pair but the diagonal: softplus sums of each row, and in a pass that sums,
/// the logistic-weighted sum of the columns.
///
/// With z = s · scale + bias, a row's loss is Σ log(1 + eᶻ) and a coefficient 1 / (1 + e⁻ᶻ).
package struct SigmoidReader: ReadingWriter, MergingReader, OnlineReader {
  private let scale: Float
  private let bias: Float
  private let kernels = RowKernels.best

  package init(scale: Double, bias: Double) {
    self.scale = Float(scale)
    self.bias = Float(bias)
  }

  /// What is known of a block of rows.
  package struct Statistics: Sendable {
    /// Σ log(1 + eᶻ).
    package var loss: [Double]
    /// Σ p with p = 1 / (1 + e⁻ᶻ).
    package var sum: [Double]
    /// Σ p · s.
    package var moment: [Double]
  }

  package func start(rows: Range<Int>) -> Statistics {
    let zeros = [Double](repeating: 0, count: rows.count)
    return Statistics(loss: zeros, sum: zeros, moment: zeros)
  }

  package func read(_ tile: Tile, into statistics: inout Statistics) {
    add(tile, to: &statistics, writing: false)
  }

  package func readAndWrite(_ tile: Tile, into statistics: inout Statistics) {
    add(tile, to: &statistics, writing: true)
  }

  private func add(_ tile: Tile, to statistics: inout Statistics, writing: Bool) {
    Exclusion.diagonal.apply(to: tile)
    kernels.sigmoidUpdate(
      tile, scale: scale, bias: bias, loss: &statistics.loss, sum: &statistics.sum,
      moment: &statistics.moment, writing: writing)
  }

  package func readAndWrite(
    _ tile: Tile, into statistics: inout Statistics, rescale: UnsafeMutablePointer<Float>
  ) {
    readAndWrite(tile, into: &statistics)
  }

  package func merge(_ later: Statistics, into statistics: inout Statistics) {
    for row in statistics.loss.indices {
      statistics.loss[row] += later.loss[row]
      statistics.sum[row] += later.sum[row]
      statistics.moment[row] += later.moment[row]
    }
  }

  package func merge(
    _ later: Statistics, into statistics: inout Statistics, keep: UnsafeMutablePointer<Float>,
    add: UnsafeMutablePointer<Float>
  ) {
    merge(later, into: &statistics)
  }
}

extension SigmoidReader.Statistics: Portable {
  package init(from packet: inout PacketReader) {
    self.init(loss: packet.take(), sum: packet.take(), moment: packet.take())
  }

  package func add(to packet: inout Packet) {
    packet.add(loss)
    packet.add(sum)
    packet.add(moment)
  }
}
