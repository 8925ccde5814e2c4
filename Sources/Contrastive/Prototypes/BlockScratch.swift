/// A worker's scratch for `BoundedBlock`, laid out.
struct BlockScratch: Sendable {
  private let memory: SharedMemory<UInt32>
  private let offset: Int
  private let clusters: Int
  private let tileCount: Int

  /// Most rows of a block.
  static let rows = GatheredBlock.mostRows

  /// Words for one worker, with lists of up to `entries` a row.
  static func count(clusters: Int, entries: Int, dimension: Int) -> Int {
    tileCount(clusters: clusters, dimension: dimension) + 8 * rows + 2 * clusters
      + GatheredColumns.workCount(clusters) + rows * entries + ClusterKernels.chunk
  }

  /// Tiles, or one point's dot products.
  private static func tileCount(clusters: Int, dimension: Int) -> Int {
    max(GatheredBlock.scratchCount(dimension: dimension), clusters, rows)
  }

  init(_ scratch: SharedMemory<Float>, worker: Int, clusters: Int, entries: Int, dimension: Int) {
    memory = SharedMemory(
      UnsafeMutableRawBufferPointer(
        start: UnsafeMutableRawPointer(scratch.base), count: 4 * scratch.count
      ).bindMemory(to: UInt32.self))
    offset =
      worker * Self.count(clusters: clusters, entries: entries, dimension: dimension)
    self.clusters = clusters
    tileCount = Self.tileCount(clusters: clusters, dimension: dimension)
  }

  private func words(_ place: Int) -> UnsafeMutablePointer<UInt32> {
    memory + (offset + tileCount + place)
  }

  /// For `GatheredBlock`.
  var tiles: UnsafeMutablePointer<Float> {
    UnsafeMutableRawPointer(memory + offset).assumingMemoryBound(to: Float.self)
  }
  /// A number for each row of a block or each centroid; the place of `tiles`.
  var dots: UnsafeMutablePointer<Float> { tiles }
  /// A word for each row of a block.
  var rows: UnsafeMutablePointer<UInt32> { words(0) }
  /// A word for each row of a block.
  var owners: UnsafeMutablePointer<UInt32> { words(Self.rows) }
  /// A word for each row of a block, and one more.
  var places: UnsafeMutablePointer<UInt32> { words(2 * Self.rows) }
  /// A word for each row of a block.
  var known: UnsafeMutablePointer<UInt32> { words(4 * Self.rows) }
  /// A half word for each row of a block.
  var thresholds: UnsafeMutablePointer<UInt16> {
    UnsafeMutableRawPointer(words(5 * Self.rows)).assumingMemoryBound(to: UInt16.self)
  }
  /// A word for each row of a block.
  var ends: UnsafeMutablePointer<UInt32> { words(6 * Self.rows) }
  /// A word for each centroid.
  var columns: UnsafeMutablePointer<UInt32> { words(8 * Self.rows) }
  /// A word for each centroid.
  var marks: UnsafeMutablePointer<UInt32> { words(8 * Self.rows + clusters) }
  /// For `GatheredColumns`.
  var work: UnsafeMutablePointer<UInt32> { words(8 * Self.rows + 2 * clusters) }
  /// The lists of a block.
  var lists: UnsafeMutablePointer<UInt32> {
    words(8 * Self.rows + 2 * clusters + GatheredColumns.workCount(clusters))
  }
}
