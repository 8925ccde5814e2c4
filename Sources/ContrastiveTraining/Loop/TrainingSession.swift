import Contrastive

/// A training run that leaves its caller's actor free: the events of the run, as a sequence.
///
/// ```swift
/// let session = TrainingSession(run, folder: folder)
/// for try await event in session {
///   if case .step(let progress) = event { bar.value = progress.fraction }
/// }
/// let encoder = await session.run.encoder
/// ```
///
/// A step is taken when an event is asked for and none is left, away from the caller's actor. A
/// loop that ends early leaves the run between two steps; another loop goes on from there. In a
/// canceled task the sequence ends after the current step, and saves a checkpoint when there is a
/// folder. The run is the one that `TrainingRun.train` would give, bit for bit.
public actor TrainingSession: AsyncSequence {
  /// What a session gives.
  public typealias Element = TrainingEvent
  /// How a session fails, such as by `.nonFinite` when training has diverged.
  public typealias Failure = ContrastiveError

  /// The run as trained so far.
  public private(set) var run: TrainingRun
  private let folder: RunFolder?
  private let checkpointSteps: Int?
  private var events: [TrainingEvent] = []
  private var isComplete = false

  /// A session of a run.
  ///
  /// - Parameters:
  ///   - run: prepared or resumed.
  ///   - folder: where the run's files are kept, as `RunFolder.train` keeps them; none when nil.
  ///   - steps: steps between checkpoints besides those of the epochs, at least 1, which the first
  ///     event checks; none when nil.
  public init(_ run: TrainingRun, folder: RunFolder? = nil, checkpointEvery steps: Int? = nil) {
    self.run = run
    self.folder = folder
    checkpointSteps = steps
  }

  /// The events from where the run is.
  public nonisolated func makeAsyncIterator() -> Iterator { Iterator(session: self) }

  /// Asks a session for its events, one after the other.
  public struct Iterator: AsyncIteratorProtocol {
    let session: TrainingSession

    /// The next event; nil when the run is finished or the task is canceled.
    public mutating func next() async throws(ContrastiveError) -> TrainingEvent? {
      try await session.next()
    }

    /// The next event; nil when the run is finished or the task is canceled.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(ContrastiveError) -> TrainingEvent? {
      try await session.next()
    }
  }

  private func next() throws(ContrastiveError) -> TrainingEvent? {
    if events.isEmpty {
      if Task.isCancelled {
        try save()
        return nil
      }
      try advance()
    }
    return events.isEmpty ? nil : events.removeFirst()
  }

  private func advance() throws(ContrastiveError) {
    guard !run.isFinished else { return try complete() }
    var found: [TrainingEvent] = []
    if let folder {
      _ = try folder.advance(
        &run, checkpointEvery: checkpointSteps, until: { _ in false }, report: { found.append($0) })
    } else {
      try run.advance { found.append($0) }
    }
    events = found
    if run.isFinished { try complete() }
  }

  private func complete() throws(ContrastiveError) {
    guard !isComplete else { return }
    _ = try folder?.finish(run)
    isComplete = true
  }

  private func save() throws(ContrastiveError) {
    guard let folder, run.stepsDone > 0, !run.isFinished else { return }
    try Checkpoint(of: run).write(to: folder.checkpointPath)
  }
}
