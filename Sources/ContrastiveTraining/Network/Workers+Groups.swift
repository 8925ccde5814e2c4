import ContrastiveCore

extension Workers {
  /// Calls `body(group, worker)` once for every group of blocks of images.
  ///
  /// A group writes its own sum of `weights` numbers, and in `target`, if there is one, `width`
  /// numbers for each of its images. Processes share the groups where `operations`, of an image,
  /// are more work than to send these.
  func forEach(
    _ groups: Pieces, of blocks: Pieces, sums: SharedMemory<Float>, weights: Int,
    _ target: SharedMemory<Float>?, width: Int, operations: Int,
    _ body: @Sendable (_ group: Int, _ worker: Int) -> Void
  ) {
    let images = blocks.total
    let numbers = groups.count * weights + (target == nil ? 0 : images * width)
    guard isWorthSharing(operations * images, numbers: numbers) else {
      return forEach(groups.count, body)
    }
    forEach(groups.count, filling: sums, from: { $0 * weights }, body)
    guard let target else { return }
    gather(target, ofPieces: groups.count) { group in
      min(group * groups.size * blocks.size, images) * width
    }
  }
}
