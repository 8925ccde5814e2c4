import ContrastiveKernels

extension CodedPoints {
  /// Floats of scratch that a block takes.
  package var scratchCount: Int { CodedBlockSearch.scratchCount(units: units) }

  /// That of points with the codes of the best product.
  package static func scratchCount(dimension: Int) -> Int {
    CodedBlockSearch.scratchCount(units: CodeProduct.best.units(dimension: dimension))
  }

  /// Finds the nearest centroid of each point of a block, and its distance in Double; returns how
  /// many pairs the codes left open, and how many distances were computed besides.
  ///
  /// `labels` has for each of all points a centroid that may be near; beyond their number, none is
  /// known. Where `centroids` knows which have changed, labels and `distances` are those of the
  /// assignment before. `scratch` has `scratchCount` elements.
  package func findNearest(
    block: Int, among centroids: CodedCentroids, points: SharedReadOnlyMemory<Float>,
    values: SharedReadOnlyMemory<Float>, labels: UnsafePointer<UInt32>,
    scratch: UnsafeMutablePointer<Float>, nearest: UnsafeMutablePointer<UInt32>,
    distances: UnsafeMutablePointer<Double>
  ) -> (open: Int, known: Int) {
    let own = rows(block: block)
    var search = CodedBlockSearch(
      points: self, centroids: centroids, block: block,
      rows: points + own.lowerBound * dimension, count: own.count, values: values,
      nearest: nearest, distances: distances,
      scratch: CodedBlockSearch.Scratch(scratch, units: units))
    search.run(from: labels + own.lowerBound)
    return (search.open, search.known)
  }

  /// Lowers a number of each point of a block to ‖x − c‖² of the nearest centroid, in Double, where
  /// that is less.
  ///
  /// `scratch` has `scratchCount` elements.
  package func lowerSquares(
    _ squares: UnsafeMutablePointer<Double>, block: Int, to centroids: CodedCentroids,
    points: SharedReadOnlyMemory<Float>, values: SharedReadOnlyMemory<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let own = rows(block: block)
    // No point is listed as open: its room is free.
    let room = CodedBlockSearch.Scratch(scratch, units: units)
    var search = CodedBlockSearch(
      points: self, centroids: centroids, block: block,
      rows: points + own.lowerBound * dimension, count: own.count, values: values,
      nearest: room.open, distances: squares, scratch: room)
    search.lower()
  }
}

/// The search for the nearest centroids of one block of points: codes list pairs, which are decided
/// in Double.
struct CodedBlockSearch {
  let points: CodedPoints
  let centroids: CodedCentroids
  let block: Int
  let rows: UnsafePointer<Float>
  let count: Int
  let values: SharedReadOnlyMemory<Float>
  let nearest: UnsafeMutablePointer<UInt32>
  /// ‖x − c‖; of points that are not marked as roots ‖x − c‖² until the search ends.
  let distances: UnsafeMutablePointer<Double>
  let scratch: Scratch
  /// Pairs that codes left open.
  fileprivate(set) var open = 0
  /// Distances to centroids that points begin with.
  fileprivate(set) var known = 0
  let kernels = ClusterKernels.best

  /// Finds the nearest of all, of which each point may know one that is near.
  mutating func run(from labels: UnsafePointer<UInt32>) {
    let all = points.packedRows(block: block)
    let reach = prepare()
    let open = start(from: labels)
    look(among: centroids.changed, reach: reach, places: count, codes: all)
    if centroids.unchanged.count > 0 {
      points.product.gather(
        scratch.open, count: open, of: all, units: points.units, into: scratch.codes)
      scratch.places.update(from: scratch.open, count: open)
      look(among: centroids.unchanged, reach: reach, places: open, codes: scratch.codes)
    }
    for place in 0..<count where !scratch.areRoots[place] {
      distances[place] = distances[place].squareRoot()
    }
  }

  /// Finds what is nearer than the distances say.
  mutating func lower() {
    let reach = prepare()
    for place in 0..<count {
      nearest[place] = .max
      scratch.areRoots[place] = false
      scratch.thresholds[place] = threshold(distances[place])
    }
    look(
      among: centroids.changed, reach: reach, places: count,
      codes: points.packedRows(block: block))
  }

  /// What ‖x − c‖² of a point's nearest so far is at most.
  private func bestAtMost(_ place: Int) -> Double {
    let best = distances[place]
    return scratch.areRoots[place] ? best * best * (1 + 0x1p-50) : best
  }

  private func square(_ place: Int, _ column: UInt32) -> Double {
    let dimension = points.dimension
    return kernels.squaredDistance(
      rows + place * dimension, values + Int(column) * dimension, count: dimension)
  }

  /// What a value must reach for a centroid to be as near as that.
  private func threshold(_ square: Double) -> Float {
    (-square * (1 + Double(points.dimension) * 0x1p-50) / 2).roundedDown
  }

  /// Begins with each point's last centroid; lists the points to which an unchanged one may have
  /// become the nearest, and returns how many.
  private mutating func start(from labels: UnsafePointer<UInt32>) -> Int {
    let bytes = 4 * points.dimension
    var open = 0
    for place in 0..<count {
      // Points come from memory, and so may their centroids.
      contrastive_prefetch(rows + min(count - 1, place + 4) * points.dimension, bytes)
      let (last, label) = (distances[place], labels[place])
      let isKnown = label < centroids.count
      nearest[place] = isKnown ? label : .max
      scratch.areRoots[place] = isKnown && !centroids.hasChanged(label)
      var isOpen = !isKnown
      if !isKnown {
        distances[place] = .infinity
      } else if !scratch.areRoots[place] {
        distances[place] = square(place, label)
        known += 1
        // Roots may be equal where squares are not.
        isOpen = distances[place].squareRoot() >= last
      }
      scratch.thresholds[place] = threshold(bestAtMost(place))
      if isOpen {
        scratch.open[open] = UInt32(place)
        open += 1
      }
    }
    return open
  }

  /// Compares listed points with some centroids.
  private mutating func look(
    among run: CodedCentroids.Run, reach: Float, places: Int, codes: UnsafePointer<Int32>
  ) {
    guard places > 0 else { return }
    for index in 0..<places {
      let place = Int(scratch.places[index])
      scratch.chosenScales[index] = points.scales[points.first(block: block) + place]
      scratch.chosenOffsets[index] = scratch.offsets[place]
    }
    // As long as nothing is known of the points, all is listed.
    var width = distances[0] < .infinity ? Scratch.columns : points.product.width
    var start = 0
    while start < run.count {
      let columns = start..<min(start + width, run.count)
      let listed = sift(run, columns, reach: reach, places: places, codes: codes)
      decide(run, from: start, listed: listed)
      start = columns.upperBound
      width = min(2 * width, Scratch.columns)
    }
  }

  /// Lists the pairs that may be near enough; returns how many.
  private func sift(
    _ run: CodedCentroids.Run, _ columns: Range<Int>, reach: Float, places: Int,
    codes: UnsafePointer<Int32>
  ) -> Int {
    for index in 0..<places {
      scratch.chosenThresholds[index] = scratch.thresholds[Int(scratch.places[index])]
    }
    scratch.never.update(repeating: .infinity, count: columns.count)
    return [run.scales, run.residuals, run.halves].withSharedMemories { known in
      let (scales, residuals, halves) = (known[0], known[1], known[2])
      for (place, column) in columns.enumerated() {
        scratch.columnOffsets[place] = reach * residuals[column] - halves[column]
      }
      return points.product.table.pointee.sift(
        places, columns.count, points.units, codes,
        run.packed.base + columns.lowerBound * (points.units + 1),
        ContrastiveSide(
          scales: scratch.chosenScales, offsets: scratch.chosenOffsets,
          thresholds: scratch.chosenThresholds),
        ContrastiveSide(
          scales: scales + columns.lowerBound, offsets: scratch.columnOffsets,
          thresholds: scratch.never), scratch.pairs)
    }
  }

  /// Decides listed pairs, ties by the lower number.
  private mutating func decide(_ run: CodedCentroids.Run, from start: Int, listed: Int) {
    let dimension = points.dimension
    for index in 0..<listed {
      let pair = scratch.pairs[index]
      let place = Int(scratch.places[Int(pair.row)])
      let column = run.numbers[start + Int(pair.column)]
      // The threshold may have grown since.
      guard pair.value >= scratch.thresholds[place], column != nearest[place] else { continue }
      open += 1
      if kernels.isFarther(
        rows + place * dimension, values + Int(column) * dimension, count: dimension,
        than: bestAtMost(place))
      {
        continue
      }
      if scratch.areRoots[place] {
        scratch.areRoots[place] = false
        distances[place] = square(place, nearest[place])
        known += 1
      }
      let (best, found) = (distances[place], square(place, column))
      guard found < best || (found == best && column < nearest[place]) else { continue }
      (nearest[place], distances[place]) = (column, found)
      scratch.thresholds[place] = threshold(found)
    }
  }

  /// Begins with all points, and what a bound adds for each; returns the largest ‖x'‖ + ‖residual‖
  /// at least.
  private func prepare() -> Float {
    let sizes = points.sizes[points.first(block: block)...].prefix(count)
    let reach = sizes.reduce(0) { max($0, $1.norm + $1.residual) }
    let largest = centroids.largestNorm + centroids.largestResidual
    for (place, size) in sizes.enumerated() {
      scratch.places[place] = UInt32(place)
      let (norm, residual) = (size.norm, size.residual)
      // Up to eight operations in Float32 on values of this magnitude, two of them for the column.
      let magnitude =
        (norm + residual) * largest + norm * norm / 2 + largest * largest / 2
        + reach * centroids.largestResidual
      scratch.offsets[place] =
        (residual * centroids.largestNorm - norm * norm / 2 * (1 - 0x1p-38) + 0x1p-20 * magnitude
        + 0x1p-120)
        .roundedUp
    }
    return reach.roundedUp
  }
}

extension CodedBlockSearch {
  static func scratchCount(units: Int) -> Int { Scratch.rows * (8 + units) + Scratch.room }

  /// Memory of a search, laid out.
  struct Scratch {
    /// Of each point: what a bound adds, and what it must reach.
    let offsets, thresholds: UnsafeMutablePointer<Float>
    /// Of each point that is compared, by its place in the block.
    let chosenScales, chosenOffsets, chosenThresholds: UnsafeMutablePointer<Float>
    /// Of each centroid of a tile.
    let columnOffsets, never: UnsafeMutablePointer<Float>
    /// Points that are compared, and those that are open.
    let places, open: UnsafeMutablePointer<UInt32>
    /// Of each point, whether its distance is still the root.
    let areRoots: UnsafeMutablePointer<Bool>
    /// Packed codes of points that are open.
    let codes: UnsafeMutablePointer<Int32>
    let pairs: UnsafeMutablePointer<ContrastivePair>

    fileprivate static let rows = CodedPoints.blockRows
    /// Centroids of a tile.
    fileprivate static let columns = 256
    fileprivate static let room = 2 * columns + 3 * rows * columns

    init(_ memory: UnsafeMutablePointer<Float>, units: Int) {
      var rest = UnsafeMutableRawPointer(memory)
      func take<T>(_ count: Int, of type: T.Type = T.self) -> UnsafeMutablePointer<T> {
        defer { rest += count * MemoryLayout<T>.stride }
        return rest.bindMemory(to: T.self, capacity: count)
      }
      codes = take(Self.rows * units)
      (offsets, thresholds) = (take(Self.rows), take(Self.rows))
      (chosenScales, chosenOffsets) = (take(Self.rows), take(Self.rows))
      chosenThresholds = take(Self.rows)
      (columnOffsets, never) = (take(Self.columns), take(Self.columns))
      (places, open) = (take(Self.rows), take(Self.rows))
      pairs = take(Self.rows * Self.columns)
      areRoots = take(Self.rows)
    }
  }
}
