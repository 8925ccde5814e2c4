/// Chosen centroids beside each other, as a block of points meets them.
struct GatheredColumns {
  private let chosen: UnsafeBufferPointer<UInt32>
  private let search: SearchMemory
  private let writer: BoundsWriter
  private let norms: UnsafeMutablePointer<Float>
  private let paths: UnsafeMutablePointer<UInt16>
  private let fresh: UnsafeMutablePointer<UInt16>
  private let found: UnsafeMutablePointer<UInt32>
  private let kernels = ClusterKernels.best

  /// `work` has room for three words a centroid.
  init(
    _ chosen: UnsafeBufferPointer<UInt32>, search: SearchMemory, writer: BoundsWriter,
    work: UnsafeMutablePointer<UInt32>
  ) {
    self.chosen = chosen
    self.search = search
    self.writer = writer
    let count = chosen.count
    found = work
    norms = UnsafeMutableRawPointer(work + count).bindMemory(to: Float.self, capacity: count)
    paths = UnsafeMutableRawPointer(work + 2 * count)
      .bindMemory(to: UInt16.self, capacity: 2 * count)
    fresh = paths + count
    let columnNorms = search.columnNorms.base
    writer.paths.withUnsafeBufferPointer { stored in
      for place in 0..<count {
        let column = Int(chosen[place])
        norms[place] = columnNorms[column]
        paths[place] = stored[column]
      }
    }
  }

  /// Turns a point's dot products into fresh bounds, and its best into the nearest of all.
  ///
  /// `run` says that the chosen are these, without gaps.
  func take(
    _ dots: UnsafeMutablePointer<Float>, for index: Int,
    best: inout Nearest, run: Range<Int>?
  ) {
    let norm = search.rowNorms.base[index]
    let slack = search.rounding.slack(norm: norm)
    let least = kernels.squaredDistances(dots, norms: norms, count: chosen.count, own: norm)
    if let run {
      writer.write(dots, columns: run, row: index, slack: slack)
    } else {
      kernels.quantizedBounds(
        dots, count: chosen.count, slack: slack, inverseUnit: writer.inverseUnit, paths: paths,
        ownPath: writer.rowPath(index), into: fresh)
      let bounds = writer.row(index)
      for place in 0..<chosen.count { bounds[Int(chosen[place])] = fresh[place] }
    }
    // Float and Double are `slack` apart at most.
    let limit = min(Double(least) + 2 * Double(slack), best.squareAtMost + Double(slack))
    guard Double(least) <= limit else { return }
    let count = kernels.filterBelow(
      dots, count: chosen.count, threshold: Float(limit).nextUp, firstIndex: 0, into: found)
    for place in 0..<count {
      best.consider(Int(chosen[Int(found[place])]), row: index, in: search)
    }
  }
}
