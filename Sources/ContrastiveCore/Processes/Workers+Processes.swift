extension Workers {
  /// The same threads in each of several processes, which share the work of a call.
  ///
  /// Every process of the group must make the same calls with the same inputs, and from one thread
  /// at a time.
  ///
  /// - Parameter group: the processes.
  /// - Returns: the workers.
  public func sharing(with group: any ProcessGroup) -> Workers { shared(with: group) }

  /// These threads alone, without other processes.
  package var alone: Workers { shared(with: nil) }

  private func shared(with group: (any ProcessGroup)?) -> Workers {
    var workers = self
    (workers.group, workers.keepsOwnRows) = (group, false)
    return workers
  }

  /// The processes to share with; nil where this one is alone.
  package var processes: (any ProcessGroup)? {
    group.flatMap { $0.size > 1 ? $0 : nil }
  }

  /// Calls `body` for the pieces of this process, which write their own elements of `memory`, and
  /// gets those of the others.
  ///
  /// `start` gives the first element of a piece; that of the number of pieces is the end.
  package func forEach<Element: BitwiseCopyable>(
    _ pieces: Int, filling memory: SharedMemory<Element>, from start: (_ piece: Int) -> Int,
    _ body: @Sendable (_ index: Int, _ worker: Int) -> Void
  ) {
    guard let group = processes else { return forEach(pieces, body) }
    let own = group.share(of: pieces)
    forEach(own.count) { body(own.lowerBound + $0, $1) }
    group.gather(memory, runs: runs(pieces, from: start, of: group))
  }

  /// Gets the elements of `memory` that the pieces of other processes have written.
  package func gather<Element: BitwiseCopyable>(
    _ memory: SharedMemory<Element>, ofPieces pieces: Int, from start: (_ piece: Int) -> Int
  ) {
    guard let group = processes else { return }
    group.gather(memory, runs: runs(pieces, from: start, of: group))
  }

  private func runs(
    _ pieces: Int, from start: (_ piece: Int) -> Int, of group: any ProcessGroup
  ) -> [Range<Int>] {
    (0..<group.size).map { rank in
      let share = group.share(of: pieces, rank: rank)
      return start(share.lowerBound)..<start(share.upperBound)
    }
  }

  /// Whether any process says so.
  package func any(_ condition: Bool) -> Bool {
    guard let group = processes else { return condition }
    return group.gather(condition ? 1 : 0).contains(1)
  }

  /// Throws in all processes where one was canceled: before work that they do together.
  package func checkAnyCanceled() throws(ContrastiveError) {
    askMonitor()
    if any(isCanceled) { throw .canceled }
  }

  /// The sum of a number over all processes.
  package func sum(_ number: Int) -> Int {
    processes?.gather(number).reduce(0, +) ?? number
  }

  /// Returns when every process has got here.
  package func waitForAll() { processes?.waitForAll() }
}
