import ContrastiveKernels
import Dispatch
import Synchronization

/// The process's helper threads, which stay awake for a moment after each job.
///
/// A thread that sleeps between jobs takes long to wake, most of all on a virtual machine, and an
/// evaluation is many short jobs: it would spend its time on that. So helpers look for the next job
/// for about a millisecond before they sleep.
final class Team: Sendable {
  /// As many helpers as there are further processors.
  static let shared = Team(helpers: Workers.all.count - 1)

  private let helpers: [Helper]
  /// Odd while a job is open; every job has a value of its own.
  private let state = Atomic<Int>(0)
  /// Helpers that may be at work on the open job.
  private let inside = Atomic<Int>(0)
  private let next = Atomic<Int>(0)
  private let isBusy = Atomic<Bool>(false)
  private let job = Mailbox()

  /// What is to be done: written before a job opens, read only while it is open.
  private final class Mailbox: @unchecked Sendable {
    var body: (@Sendable (_ index: Int, _ worker: Int) -> Void)?
    var pieces = 0
    var workers = 0
  }

  private final class Helper: Sendable {
    let sleeps = Atomic<Bool>(false)
    let alarm = DispatchSemaphore(value: 0)
  }

  private init(helpers count: Int) {
    helpers = (0..<count).map { _ in Helper() }
    for worker in 1..<(count + 1) {
      let start = Unmanaged.passRetained(Start(team: self, worker: worker))
      let isStarted = contrastive_start_thread(
        {
          guard let context = $0 else { return }
          let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
          start.team.help(as: start.worker)
        }, start.toOpaque())
      if !isStarted { start.release() }
    }
  }

  /// What a new thread is told.
  private final class Start: Sendable {
    let team: Team
    let worker: Int

    init(team: Team, worker: Int) {
      self.team = team
      self.worker = worker
    }
  }

  /// Does the pieces of a job together with helpers; false, with nothing done, if there are too few
  /// of them or they are at work for another caller or on the job this is a part of.
  @inline(never)
  func forEach(
    _ pieces: Int, workers: Int,
    _ body: @escaping @Sendable (_ index: Int, _ worker: Int) -> Void
  ) -> Bool {
    guard workers <= helpers.count + 1, !isBusy.exchange(true, ordering: .acquiring) else {
      return false
    }
    (job.body, job.pieces, job.workers) = (body, pieces, workers)
    next.store(0, ordering: .relaxed)
    state.wrappingAdd(1, ordering: .sequentiallyConsistent)
    for helper in helpers.prefix(workers - 1)
    where helper.sleeps.exchange(false, ordering: .sequentiallyConsistent) {
      helper.alarm.signal()
    }
    takePieces(as: 0)
    state.wrappingAdd(1, ordering: .sequentiallyConsistent)
    // Whoever came in before it closed is at a last piece.
    var looks = 0
    while inside.load(ordering: .sequentiallyConsistent) > 0 { Self.look(&looks) }
    job.body = nil
    isBusy.store(false, ordering: .releasing)
    return true
  }

  /// Works on the open job until no piece is left.
  ///
  /// Never inlined: whoever returns from it holds no reference to the job's captures any more,
  /// which the caller may change once the job is closed.
  @inline(never)
  private func takePieces(as worker: Int) {
    guard worker < job.workers, let body = job.body else { return }
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if index >= job.pieces { return }
      body(index, worker)
    }
  }

  /// A helper's life.
  private func help(as worker: Int) {
    let own = helpers[worker - 1]
    var (last, looks) = (0, 0)
    while true {
      let now = state.load(ordering: .acquiring)
      if now % 2 == 1, now != last {
        inside.wrappingAdd(1, ordering: .sequentiallyConsistent)
        if state.load(ordering: .sequentiallyConsistent) == now {
          takePieces(as: worker)
          looks = 0
        }
        inside.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        last = now
      } else if looks < Self.patience {
        Self.look(&looks)
      } else {
        own.sleeps.store(true, ordering: .sequentiallyConsistent)
        let isNews = state.load(ordering: .sequentiallyConsistent) != now
        // Whoever takes the mark away rings the alarm, or is this helper.
        if !isNews || !own.sleeps.exchange(false, ordering: .sequentiallyConsistent) {
          own.alarm.wait()
        }
        looks = 0
      }
    }
  }

  /// Looks before a waiting thread lets others run.
  private static let looksAtOnce = 64
  /// Looks before a helper sleeps.
  private static let patience = 1 << 15

  private static func look(_ looks: inout Int) {
    looks += 1
    if looks.isMultiple(of: looksAtOnce) { contrastive_yield() } else { contrastive_pause() }
  }
}
