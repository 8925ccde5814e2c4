/// The sums of those blocks that are at this process: memory for each while it is here.
final class BlockSums: @unchecked Sendable {  // a block is one worker's at a time
  private let memory: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>?>
  private let count: @Sendable (_ block: Int) -> Int

  /// - Parameters:
  ///   - blocks: how many there are anywhere.
  ///   - count: elements of a block.
  init(blocks: Int, count: @escaping @Sendable (_ block: Int) -> Int) {
    memory = .allocate(capacity: blocks)
    memory.initialize(repeating: nil)
    self.count = count
  }

  deinit {
    for block in memory { block?.deallocate() }
    memory.deallocate()
  }

  /// The sums of a block, zeros when it comes here first.
  subscript(block: Int) -> UnsafeMutablePointer<Float> {
    if let found = memory[block] { return found }
    let new = UnsafeMutablePointer<Float>.allocate(capacity: count(block))
    new.initialize(repeating: 0, count: count(block))
    memory[block] = new
    return new
  }

  /// Ends what is held for a block.
  func free(_ block: Int) {
    memory[block]?.deallocate()
    memory[block] = nil
  }

  /// Sends a block's sums, which are then no longer here.
  var transfer: BlockTransfer {
    BlockTransfer(
      add: { [self] in
        $1.add(self[$0], count: count($0))
        free($0)
      }, take: { [self] in $1.take(count($0), into: self[$0]) })
  }
}
