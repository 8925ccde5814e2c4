import Dispatch

extension Workers {
  /// Runs work away from the caller's actor, which stays free meanwhile.
  ///
  /// The work runs on a thread of its own kind, so that it does not keep one of the few threads of
  /// Swift's tasks either. It is still part of the caller's task: `Task.isCancelled` inside says
  /// whether that is canceled.
  ///
  /// ```swift
  /// let result = try await Workers.all.run { workers in
  ///   try loss.evaluate(queries: queries, keys: keys, bank: bank, workers: workers)
  /// }
  /// ```
  ///
  /// - Parameter work: gets these workers, to hand them on.
  /// - Returns: what `work` returns.
  /// - Throws: what `work` throws.
  public func run<Result: Sendable, Failure: Error>(
    _ work: @Sendable (Workers) throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    try await withTaskExecutorPreference(ComputingThreads.shared) { () async throws(Failure) in
      try work(self)
    }
  }
}

/// Threads for work that takes long.
private final class ComputingThreads: TaskExecutor {
  static let shared = ComputingThreads()

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // A serial queue gets a thread of its own; concurrent ones share those that Swift's tasks have.
    DispatchQueue(label: "contrastive.computing").async {
      job.runSynchronously(on: self.asUnownedTaskExecutor())
    }
  }
}
