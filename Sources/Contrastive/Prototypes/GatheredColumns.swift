/// Chosen centroids side by side, to be compared with a block of points.
struct GatheredColumns {
  private let chosen: UnsafeBufferPointer<UInt32>
  private let search: SearchMemory
  private let tables: BoundTables
  private let norms: UnsafeMutablePointer<Float>
  private let found: UnsafeMutablePointer<UInt32>
  /// Of each column with fine bounds, of each segment without.
  private let paths: UnsafeMutablePointer<UInt16>
  private let fresh: UnsafeMutablePointer<UInt16>
  /// Runs of columns of one group, without fine bounds.
  private let starts: UnsafeMutablePointer<UInt32>
  private let minima: UnsafeMutablePointer<Float>
  private var segments = 0
  private let kernels = ClusterKernels.best

  /// Words of memory for up to `count` columns.
  static func workCount(_ count: Int) -> Int { 5 * count + 1 }

  /// `work` has room for `workCount` words.
  init(
    _ chosen: UnsafeBufferPointer<UInt32>, search: SearchMemory, tables: BoundTables,
    work: UnsafeMutablePointer<UInt32>
  ) {
    self.chosen = chosen
    self.search = search
    self.tables = tables
    let count = chosen.count
    let raw = UnsafeMutableRawPointer(work)
    found = work
    starts = work + 3 * count
    norms = (raw + 4 * count).bindMemory(to: Float.self, capacity: count)
    paths = (raw + 8 * count).bindMemory(to: UInt16.self, capacity: 2 * count)
    fresh = paths + count
    minima = (raw + 16 * count + 4).bindMemory(to: Float.self, capacity: count)
    let columnNorms = search.columnNorms.base
    for place in 0..<count { norms[place] = columnNorms[Int(chosen[place])] }
    if let fine = tables.fine {
      for place in 0..<count { paths[place] = fine.paths[Int(chosen[place])] }
    } else {
      findSegments()
    }
  }

  private mutating func findSegments() {
    let group = tables.groups.group
    var last = UInt32.max
    for place in 0..<chosen.count {
      let own = group[Int(chosen[place])]
      guard own != last else { continue }
      starts[segments] = UInt32(place)
      paths[segments] = tables.coarseDown[Int(own)]
      segments += 1
      last = own
    }
    starts[segments] = UInt32(chosen.count)
  }

  /// Turns a point's dot products into fresh bounds, and its best into the nearest of all.
  ///
  /// `run` says that the chosen are these, without gaps; `continuing`, that the first of them
  /// belongs to the group of the last ones that were taken.
  func take(
    _ dots: UnsafeMutablePointer<Float>, for index: Int, best: inout Nearest, run: Range<Int>?,
    continuing: Bool
  ) {
    let norm = search.rowNorms.base[index]
    let slack = search.rounding.slack(norm: norm)
    let least = kernels.squaredDistances(dots, norms: norms, count: chosen.count, own: norm)
    if let fine = tables.fine {
      if let run {
        fine.write(dots, columns: run, row: index, slack: slack)
      } else {
        kernels.quantizedBounds(
          dots, count: chosen.count, slack: slack, inverseUnit: fine.inverseUnit, paths: paths,
          ownPath: fine.rowPath(index), into: fresh)
        let bounds = fine.row(index)
        for place in 0..<chosen.count { bounds[Int(chosen[place])] = fresh[place] }
      }
      consider(dots, least: least, slack: slack, for: index, best: &best)
    } else {
      let before = best.column
      consider(dots, least: least, slack: slack, for: index, best: &best)
      writeGroups(dots, slack: slack, for: index, best: best.column, continuing: continuing)
      if before != best.column, before != Nearest.none {
        tables.lower(
          coarseOf: before, to: search.squaredDistance(index, before).squareRoot(), row: index)
      }
    }
  }

  private func consider(
    _ dots: UnsafeMutablePointer<Float>, least: Float, slack: Float, for index: Int,
    best: inout Nearest
  ) {
    // Float and Double are `slack` apart at most.
    let limit = min(Double(least) + 2 * Double(slack), best.squareAtMost + Double(slack))
    guard Double(least) <= limit else { return }
    let count = kernels.filterBelow(
      dots, count: chosen.count, threshold: Float(limit).nextUp, firstIndex: 0, into: found)
    for place in 0..<count {
      best.consider(Int(chosen[Int(found[place])]), row: index, in: search)
    }
  }

  /// The bound of each group: the least of its distances, the nearest centroid's excluded.
  private func writeGroups(
    _ dots: UnsafeMutablePointer<Float>, slack: Float, for index: Int, best: Int,
    continuing: Bool
  ) {
    for place in 0..<chosen.count where Int(chosen[place]) == best { dots[place] = .infinity }
    kernels.segmentMinima(dots, starts: starts, segments: segments, into: minima)
    kernels.quantizedBounds(
      minima, count: segments, slack: slack, inverseUnit: Float(tables.inverseUnit),
      paths: paths, ownPath: tables.rowPath(index), into: fresh)
    let bounds = tables.coarseRow(index)
    let group = tables.groups.group
    for segment in 0..<segments {
      let own = Int(group[Int(chosen[Int(starts[segment])])])
      bounds[own] =
        segment == 0 && continuing ? min(bounds[own], fresh[segment]) : fresh[segment]
    }
  }
}
