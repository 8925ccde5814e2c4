import Synchronization

/// How far a call has come.
public struct PassProgress: Sendable, Equatable {
  /// Which pass over the data this is, from 1 on.
  public let pass: Int
  /// Share of the pass that is done, 0 … 1.
  public let fraction: Double
}

/// Whom a call reports to, and whether it has been told to stop.
final class ProgressMonitor: Sendable {
  private let function: @Sendable (PassProgress) -> Bool
  private let last = Mutex(PassProgress(pass: 1, fraction: 0))
  fileprivate let isStopped = Atomic(false)
  fileprivate let passes = Atomic(0)

  init(_ report: @escaping @Sendable (PassProgress) -> Bool) { function = report }

  /// Reports how far the call has come.
  fileprivate func report(_ progress: PassProgress) {
    guard !isStopped.load(ordering: .relaxed) else { return }
    last.withLock { $0 = progress }
    if !function(progress) { isStopped.store(true, ordering: .relaxed) }
  }

  /// Reports the same again: between passes, too, the caller is asked whether to go on.
  fileprivate func reportAgain() {
    guard !isStopped.load(ordering: .relaxed) else { return }
    if !function(last.withLock { $0 }) { isStopped.store(true, ordering: .relaxed) }
  }
}

extension Workers {
  /// Whether the call at hand is to end.
  ///
  /// For the calling thread; `CancelationWatch` is for the threads that work for it.
  package var isCanceled: Bool {
    // Of several processes none may be told alone.
    if processes == nil { askMonitor() }
    return Task.isCancelled || monitor?.isStopped.load(ordering: .relaxed) ?? false
  }

  /// Asks the caller whether to go on, as after a tile of a pass.
  func askMonitor() { monitor?.reportAgain() }

  /// Throws `ContrastiveError.canceled` if the call at hand is to end.
  package func checkCanceled() throws(ContrastiveError) {
    if isCanceled { throw .canceled }
  }
}

/// Tells the threads that work on one pass whether its caller wants it to go on.
///
/// Made on the calling thread, and used no longer than the call lasts.
package struct CancelationWatch: @unchecked Sendable {
  private let task: UnsafeCurrentTask?
  private let monitor: ProgressMonitor?
  private let pass: Int
  private let steps: Double

  /// A pass of `steps` tiles, or other pieces of work, starts.
  package init(_ workers: Workers, steps: Int) {
    task = withUnsafeCurrentTask { $0 }
    monitor = workers.monitor
    pass = monitor?.passes.wrappingAdd(1, ordering: .relaxed).newValue ?? 0
    self.steps = Double(max(1, steps))
  }

  /// Whether the pass is to end; for any thread.
  package var isCanceled: Bool {
    if let task, task.isCancelled { return true }
    return monitor?.isStopped.load(ordering: .relaxed) ?? false
  }

  /// Reports so many steps as done, if this is the worker that reports: the first.
  package func report(_ done: Int, worker: Int) {
    LargeMatrices.rowsArePassed()
    guard worker == 0, let monitor else { return }
    monitor.report(PassProgress(pass: pass, fraction: min(1, Double(done) / steps)))
  }
}
