import ContrastiveKernels

/// The transforms of F(2 × 2, 3 × 3) for the images of one shape, with one pixel of zeros around.
///
/// A tile is two by two pixels of the output, counted row by row. Its transform is 16 vectors of
/// channels, each `plane` numbers after the one before; the next tile's lie `channels` numbers on.
/// Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016.
package struct WinogradKernels: @unchecked Sendable {  // a constant table of C functions
  private let table: UnsafePointer<ContrastiveWinogradKernels>

  /// The fastest this processor has.
  package static let best = available[0]

  /// Those of every instruction set this processor has, the portable one last.
  package static let available = (["avx512", "avx2", "portable"] as [String]).compactMap { name in
    contrastive_winograd_kernels_named(name).map(WinogradKernels.init(table:))
  }

  /// `portable`, `avx2` or `avx512`.
  package var name: String { String(cString: table.pointee.name) }

  /// The shape of images, and rows of at least as many numbers as there are channels: zeros, which
  /// lie outside them, and one to write to.
  package typealias Images = ContrastiveWinogradImage

  /// `Bᵀ · d · B` of the four by four pixels under some tiles of an image.
  package func gather(
    _ image: UnsafePointer<Float>, of images: Images, tiles: Range<Int>,
    into target: UnsafeMutablePointer<Float>, plane: Int
  ) {
    table.pointee.gather(
      images, image, tiles.lowerBound, tiles.count, target, plane)
  }

  /// Writes two by two pixels for each of some tiles: `Aᵀ · m · A`.
  package func finish(
    _ source: UnsafePointer<Float>, plane: Int, of images: Images, tiles: Range<Int>,
    into image: UnsafeMutablePointer<Float>
  ) {
    table.pointee.finish(
      images, source, plane, tiles.lowerBound, tiles.count, image)
  }

  /// `A · y · Aᵀ`, the adjoint of `finish`.
  package func spread(
    _ image: UnsafePointer<Float>, of images: Images, tiles: Range<Int>,
    into target: UnsafeMutablePointer<Float>, plane: Int
  ) {
    table.pointee.spread(
      images, image, tiles.lowerBound, tiles.count, target, plane)
  }

  /// Adds `B · v · Bᵀ` to the pixels under some tiles: the adjoint of `gather`.
  package func scatter(
    _ source: UnsafePointer<Float>, plane: Int, of images: Images, tiles: Range<Int>,
    into image: UnsafeMutablePointer<Float>
  ) {
    table.pointee.scatter(
      images, source, plane, tiles.lowerBound, tiles.count, image)
  }

  /// `G · w · Gᵀ` of kernels whose 9 numbers lie `stride` apart; the 16 of the result do, too.
  package func weights(
    _ kernels: UnsafePointer<Float>, stride: Int, count: Int,
    into transformed: UnsafeMutablePointer<Float>
  ) { table.pointee.weights(kernels, stride, count, transformed) }

  /// `Gᵀ · u · G`, the adjoint of `weights`.
  package func weightGradient(
    _ transformed: UnsafePointer<Float>, stride: Int, count: Int,
    into kernels: UnsafeMutablePointer<Float>
  ) { table.pointee.weight_gradient(transformed, stride, count, kernels) }
}
