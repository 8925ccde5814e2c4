import ContrastiveCore

/// How a batch is cut for a 3 × 3 convolution by F(2 × 2, 3 × 3), and the walk over the cuts.
///
/// A block is some whole images, and one worker's; it is walked in chunks of tiles, so that the
/// transforms of a chunk stay in the caches however large an image is.
struct WinogradTiles: Sendable {
  let shape: ImageShape
  let outputs: Int

  /// Tiles of an image: two by two pixels each, the last ones perhaps less.
  var tilesOfImage: Int { ((shape.height + 1) / 2) * ((shape.width + 1) / 2) }

  /// The most tiles of a chunk: 256, fewer where their transforms would pass 16 MiB.
  private var most: Int {
    min(256, max(32, (4 << 20) / (16 * (shape.channels + outputs))))
  }

  /// Images that one worker takes at a time.
  func blocks(_ images: Int) -> Pieces {
    Pieces(images, of: min(16, (most / tilesOfImage).powerOfTwoAtMost))
  }

  /// The tiles of a chunk; what the transforms of a block need room for.
  func chunk(_ blocks: Pieces) -> Int { min(most, min(blocks.size, blocks.total) * tilesOfImage) }

  /// Calls `body` for every chunk of a block of images.
  func forEachChunk(of images: Range<Int>, size: Int, _ body: (Chunk) -> Void) {
    let all = images.count * tilesOfImage
    for start in stride(from: 0, to: all, by: size) {
      body(
        Chunk(
          images: images.lowerBound, tilesOfImage: tilesOfImage,
          range: start..<min(start + size, all)))
    }
  }

  /// Some tiles of consecutive images.
  struct Chunk {
    fileprivate let images: Int
    fileprivate let tilesOfImage: Int
    fileprivate let range: Range<Int>

    var count: Int { range.count }

    /// Calls `body` for every image with its tiles and the number of the first one in the chunk.
    func forEachImage(_ body: (_ image: Int, _ tiles: Range<Int>, _ place: Int) -> Void) {
      var start = range.lowerBound
      while start < range.upperBound {
        let image = start / tilesOfImage
        let end = min((image + 1) * tilesOfImage, range.upperBound)
        let first = image * tilesOfImage
        body(images + image, (start - first)..<(end - first), start - range.lowerBound)
        start = end
      }
    }
  }
}
