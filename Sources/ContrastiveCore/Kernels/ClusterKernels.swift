import ContrastiveKernels

/// The vectorized loops of nearest-centroid search, for the instruction set of this processor.
package struct ClusterKernels: @unchecked Sendable {  // a constant table of C functions
  private let table: UnsafePointer<ContrastiveClusterKernels>

  /// The fastest this processor has.
  package static let best = available[0]

  /// Those of every instruction set this processor has, the portable one last.
  package static let available = (["avx512", "avx2", "portable"] as [String]).compactMap { name in
    contrastive_cluster_kernels_named(name).map(ClusterKernels.init(table:))
  }

  /// `portable`, `avx2` or `avx512`.
  package var name: String { String(cString: table.pointee.name) }

  /// Σ (a − b)² in Double.
  package func squaredDistance(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int
  ) -> Double { table.pointee.squared_distance(a, b, count) }

  /// Whether Σ (a − b)² is above a number, as far as Float32 can say for certain.
  package func isFarther(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int, than square: Double
  ) -> Bool {
    let rough = Double(table.pointee.rough_squared_distance(a, b, count))
    return 0x1p-100..<Double.infinity ~= rough
      && rough * (1 - Double(count + 16) * 0x1p-24) > square
  }

  /// Turns dot products into `own + norms − 2 · dots`; returns the smallest.
  package func squaredDistances(
    _ dots: UnsafeMutablePointer<Float>, norms: UnsafePointer<Float>, count: Int, own: Float
  ) -> Float { table.pointee.squared_distances(dots, norms, count, own) }

  /// Appends `firstIndex` + position of each value up to `threshold`; returns how many.
  package func filterBelow(
    _ values: UnsafePointer<Float>, count: Int, threshold: Float, firstIndex: Int,
    into indices: UnsafeMutablePointer<UInt32>
  ) -> Int { table.pointee.filter_below(values, count, threshold, UInt32(firstIndex), indices) }

  /// Lower bounds in units; see `quantized_bounds` in the header.
  package func quantizedBounds(
    _ squared: UnsafePointer<Float>, count: Int, slack: Float, inverseUnit: Float,
    paths: UnsafePointer<UInt16>, ownPath: UInt16, into bounds: UnsafeMutablePointer<UInt16>
  ) { table.pointee.quantized_bounds(squared, count, slack, inverseUnit, paths, ownPath, bounds) }

  /// Positions among `rows` of those with a bound of `groups` each below `paths + own`.
  package func failingRows(
    _ rows: UnsafePointer<UInt32>, own: UnsafePointer<UInt16>, count: Int,
    bounds: UnsafePointer<UInt16>, paths: UnsafePointer<UInt16>, groups: Int,
    into failed: UnsafeMutablePointer<UInt32>
  ) -> Int { table.pointee.failing_rows(rows, own, count, bounds, paths, groups, failed) }

  /// For each row, the positions where `bounds < paths + own`, and where its own end; see
  /// `filter_rows` in the header.
  package func filterRows(
    _ rows: UnsafePointer<UInt32>, own: UnsafePointer<UInt16>, count: Int,
    bounds: UnsafePointer<UInt16>, paths: UnsafePointer<UInt16>, groups: Int,
    into indices: UnsafeMutablePointer<UInt32>, ends: UnsafeMutablePointer<UInt32>
  ) { table.pointee.filter_rows(rows, own, count, bounds, paths, groups, indices, ends) }

  /// The same by way of coarse bounds, which it raises; see `filter_rows_coarsely` in the header.
  package func filterRows(
    _ rows: UnsafePointer<UInt32>, own: UnsafePointer<UInt16>, count: Int,
    coarse: UnsafeMutablePointer<UInt16>, paths coarsePaths: UnsafePointer<UInt16>,
    floor: UnsafePointer<UInt16>, bounds: UnsafePointer<UInt16>, paths: UnsafePointer<UInt16>,
    groups: Int, into indices: UnsafeMutablePointer<UInt32>,
    ends: UnsafeMutablePointer<UInt32>
  ) {
    table.pointee.filter_rows_coarsely(
      rows, own, count, coarse, coarsePaths, floor, bounds, paths, groups, indices, ends)
  }

  /// Bounds that have a coarse one below them all.
  package static let chunk = 32

  /// Lowers bounds by their amounts, to no less than 0; 65,535 stays.
  package func lowerBounds(
    _ bounds: UnsafeMutablePointer<UInt16>, by amounts: UnsafePointer<UInt16>, count: Int
  ) { table.pointee.lower_bounds(bounds, amounts, count) }

  /// The least value of each segment; `starts` has one entry more than there are.
  package func segmentMinima(
    _ values: UnsafePointer<Float>, starts: UnsafePointer<UInt32>, segments: Int,
    into minima: UnsafeMutablePointer<Float>
  ) { table.pointee.segment_minima(values, starts, segments, minima) }

  /// The dot products of a vector with chosen rows.
  package func gatheredDots(
    _ vector: UnsafePointer<Float>, rows: UnsafePointer<Float>, dimension: Int,
    indices: UnsafePointer<UInt32>, count: Int, into dots: UnsafeMutablePointer<Float>
  ) { table.pointee.gathered_dots(vector, rows, dimension, indices, count, dimension, dots) }

  /// The dot products of chosen rows with one chosen column each.
  package func pairedDots(
    rows: UnsafePointer<Float>, _ rowIndices: UnsafePointer<UInt32>,
    columns: UnsafePointer<Float>, _ columnIndices: UnsafePointer<UInt32>, count: Int,
    dimension: Int, into dots: UnsafeMutablePointer<Float>
  ) {
    table.pointee.paired_dots(
      rows, rowIndices, columns, columnIndices, count, dimension, dots)
  }

  /// Adds `round(values · scale)` to whole-number sums.
  package func addFixedPoint(
    _ values: UnsafePointer<Float>, count: Int, scale: Double,
    to sums: UnsafeMutablePointer<Int64>
  ) { table.pointee.add_fixed_point(values, count, scale, sums) }
}
