/// Softmax statistics of the same similarities under several choices of the columns, for one
/// product instead of several.
package struct MultiMaskSoftmaxReader: MergingReader {
  /// The excluded entries of each softmax.
  package let exclusions: [[Exclusion]]
  private let temperature: Double
  private let kernels = RowKernels.best

  package init(temperature: Double, exclusions: [[Exclusion]]) {
    self.exclusions = exclusions
    self.temperature = temperature
  }

  package func start(rows: Range<Int>) -> [SoftmaxStatistics] {
    exclusions.map { _ in SoftmaxStatistics(rows: rows.count) }
  }

  package func read(_ tile: Tile, into statistics: inout [SoftmaxStatistics]) {
    let inverse = Float(1 / temperature)
    for (index, exclusions) in exclusions.enumerated() {
      statistics[index].withPointers { found in
        tile.forEachRowCopy { place, copy in
          exclusions.apply(to: copy)
          kernels.softmaxStatistics(copy, inverseTemperature: inverse, into: found.from(place))
        }
      }
    }
  }

  package func merge(_ later: [SoftmaxStatistics], into statistics: inout [SoftmaxStatistics]) {
    for index in statistics.indices {
      statistics[index].merge(later[index], temperature: temperature)
    }
  }
}
