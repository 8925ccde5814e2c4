import ContrastiveKernels
import Dispatch
import Synchronization

/// How many threads share the work of a call, what multiplies, and who is told of its progress.
///
/// The count never changes a result: work is cut by the problem alone, every piece is computed by
/// one thread, and pieces are merged in their own order.
///
/// A call whose `Task` is canceled, or whose progress closure returns false, ends within two tiles
/// with `ContrastiveError.canceled`.
public struct Workers: Sendable {
  /// Number of threads, the caller's included; at least 1.
  public let count: Int
  /// What multiplies matrices in Float32.
  package private(set) var product = MatrixProduct.automatic
  private(set) var monitor: ProgressMonitor?
  /// What losses multiply in.
  package internal(set) var precision = Precision.float32
  /// The processes that share the work, where it is shared.
  var group: (any ProcessGroup)?
  /// Whether gradients may stay with the process that has computed them.
  package internal(set) var keepsOwnRows = false

  /// One worker for every processor this process may use.
  public static let all = Workers(known: Int(min(contrastive_processor_count(), 1024)))

  /// The calling thread alone.
  public static let one = Workers(known: 1)

  /// A number of workers within the range.
  private init(known count: Int) { self.count = count }

  /// A chosen number of workers.
  ///
  /// - Parameter count: 1 … 1,024.
  /// - Throws: `ContrastiveError.parameter` outside that range.
  public init(count: Int) throws(ContrastiveError) {
    try requireParameter(1...1024 ~= count, "threads", count, "1 … 1024")
    self.init(known: count)
  }

  /// The same workers for one call that reports its progress.
  ///
  /// - Parameter progress: called after tiles of each pass over the data, and between passes with
  ///   what was said last, by one thread at a time; returning false cancels the call.
  /// - Returns: the workers; once canceled they stay so.
  public func reporting(_ progress: @escaping @Sendable (PassProgress) -> Bool) -> Workers {
    var workers = self
    workers.monitor = ProgressMonitor(progress)
    return workers
  }

  /// The same for a caller who can do with the gradients of some rows in each process.
  package var keepingOwnRows: Workers {
    var workers = self
    workers.keepsOwnRows = processes != nil
    return workers
  }

  /// The same workers with another matrix product.
  ///
  /// - Parameter product: what multiplies matrices in Float32; it decides the last bits of losses
  ///   and gradients. Without this it is what `MatrixProduct` says.
  /// - Returns: the workers.
  public func using(_ product: MatrixProduct) -> Workers {
    var workers = self
    workers.product = product
    return workers
  }

  /// Calls `body(index, worker)` once for every index in `0..<pieces`, and returns when all are
  /// done.
  ///
  /// Indices are handed out in ascending order to whichever worker is free. `worker`, below
  /// `count`, says whose scratch may be used.
  package func forEach(
    _ pieces: Int, _ body: @Sendable (_ index: Int, _ worker: Int) -> Void
  ) {
    guard LargeMatrices.areWatched else { return run(pieces, body) }
    run(pieces) { index, worker in
      body(index, worker)
      LargeMatrices.rowsArePassed()
    }
  }

  private func run(_ pieces: Int, _ body: @Sendable (_ index: Int, _ worker: Int) -> Void) {
    let active = min(count, pieces)
    guard active > 1 else {
      for index in 0..<pieces { body(index, 0) }
      return
    }
    let isChild = contrastive_fork_generation() > 0
    let isDone = withoutActuallyEscaping(body) {
      let team = Team.shared
      return team.forEach(pieces, workers: isChild ? min(active, team.size) : active, $0)
    }
    if isDone { return }
    guard !isChild else {
      // Dispatch does not work in the child of a process with threads.
      for index in 0..<pieces { body(index, 0) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: active) { worker in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if index >= pieces { return }
        body(index, worker)
      }
    }
  }
}

extension Workers {
  /// Calls `body` with runs of at most `size` indices that cover 0 ..< count.
  package func forEachRun(of count: Int, size: Int, _ body: @Sendable (_ run: Range<Int>) -> Void) {
    forEach(pieces(count, size)) { piece, _ in
      body((piece * size)..<min(count, (piece + 1) * size))
    }
  }

  /// As `forEach`, but pieces are passed over once the call at hand is to end, which the caller
  /// checks afterwards.
  package func forEachUntilCanceled(
    _ pieces: Int, _ body: @Sendable (_ index: Int, _ worker: Int) -> Void
  ) {
    let watch = CancelationWatch(self, steps: pieces)
    // Of many short pieces not each is reported.
    let step = max(1, pieces / 128)
    let reported = Atomic(-1)
    forEach(pieces) { index, worker in
      guard !watch.isCanceled else { return }
      body(index, worker)
      guard worker == 0, index / step > reported.load(ordering: .relaxed) else { return }
      reported.store(index / step, ordering: .relaxed)
      watch.report(index + 1, worker: worker)
    }
  }

  /// One value for each index, computed in runs of `size` indices by one worker.
  package func map<Value: Sendable>(
    _ count: Int, runs size: Int = 1, _ body: @Sendable (_ index: Int) -> Value
  ) -> [Value] {
    [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
      let values = SharedMemory(buffer)
      forEachRun(of: count, size: size) { run in
        for index in run { (values + index).initialize(to: body(index)) }
      }
      initialized = count
    }
  }

  /// The same of values that take long: some are missing once the call at hand is to end, which the
  /// caller checks afterwards.
  package func mapUntilCanceled<Value: Sendable>(
    _ count: Int, _ body: @Sendable (_ index: Int) -> Value
  ) -> [Value] {
    let found = SharedArray<Value?>(repeating: nil, count: count)
    let places = found.memory
    forEachUntilCanceled(count) { index, _ in places[index] = body(index) }
    return found.elements.compactMap { $0 }
  }
}
