import ContrastiveKernels
import Dispatch
import Synchronization

/// The process's pool of helper threads.
///
/// A sleeping thread takes long to wake, most of all on a virtual machine, and an evaluation is
/// many short jobs. So helpers spin for about a millisecond before they sleep.
final class Team: Sendable {
  private static let first = Team(helpers: Workers.all.count - 1, generation: 0)
  /// The team of a process that was forked from one with a team: its address, or 0.
  private static let forked = Atomic<UInt>(0)
  /// Set while a thread makes one.
  private static let isMaking = Atomic<UInt32>(0)

  /// The process's team: as many helpers as there are further processors.
  ///
  /// A child of a fork has none of its parent's threads, so it makes a team of its own, once; nil
  /// while another of its threads is making it.
  static var shared: Team? {
    let generation = contrastive_fork_generation()
    guard generation > 0 else { return first }
    if let team = UnsafeRawPointer(bitPattern: forked.load(ordering: .acquiring)) {
      let team = Unmanaged<Team>.fromOpaque(team).takeUnretainedValue()
      if team.generation == generation { return team }
    }
    let last = isMaking.load(ordering: .relaxed)
    guard last < generation,
      isMaking.compareExchange(expected: last, desired: generation, ordering: .relaxed).exchanged
    else { return nil }
    let team = Unmanaged.passRetained(
      Team(helpers: Workers.all.count - 1, generation: generation))
    forked.store(UInt(bitPattern: team.toOpaque()), ordering: .releasing)
    return team.takeUnretainedValue()
  }

  private let generation: UInt32
  private let helpers: [Helper]
  /// Odd while a job is open; every job has a value of its own.
  private let state = Atomic<Int>(0)
  /// Helpers that may be at work on the open job.
  private let inside = Atomic<Int>(0)
  private let next = Atomic<Int>(0)
  private let isBusy = Atomic<Bool>(false)
  private let job = Job()

  /// The open job: written before it opens, read only while it is open.
  private final class Job: @unchecked Sendable {
    var body: (@Sendable (_ index: Int, _ worker: Int) -> Void)?
    var pieces = 0
    var workers = 0
  }

  private final class Helper: Sendable {
    let sleeps = Atomic<Bool>(false)
    let wakeUp = DispatchSemaphore(value: 0)
  }

  private init(helpers count: Int, generation: UInt32) {
    self.generation = generation
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

  /// The argument of a new thread.
  private final class Start: Sendable {
    let team: Team
    let worker: Int

    init(team: Team, worker: Int) {
      self.team = team
      self.worker = worker
    }
  }

  /// Runs the pieces of a job on the calling thread and helpers; false, with nothing done, if there
  /// are too few helpers or they are busy with another job.
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
      helper.wakeUp.signal()
    }
    takePieces(as: 0)
    state.wrappingAdd(1, ordering: .sequentiallyConsistent)
    // Helpers that entered before it closed finish their last piece.
    var spins = 0
    while inside.load(ordering: .sequentiallyConsistent) > 0 { Self.spin(&spins) }
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

  /// Worker main loop.
  private func help(as worker: Int) {
    let own = helpers[worker - 1]
    var (last, spins) = (0, 0)
    while true {
      let now = state.load(ordering: .acquiring)
      if now % 2 == 1, now != last {
        inside.wrappingAdd(1, ordering: .sequentiallyConsistent)
        if state.load(ordering: .sequentiallyConsistent) == now {
          takePieces(as: worker)
          spins = 0
        }
        inside.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        last = now
      } else if spins < Self.spinLimit {
        Self.spin(&spins)
      } else {
        own.sleeps.store(true, ordering: .sequentiallyConsistent)
        let hasChanged = state.load(ordering: .sequentiallyConsistent) != now
        // Who clears the flag signals the semaphore, unless it is this helper.
        if !hasChanged || !own.sleeps.exchange(false, ordering: .sequentiallyConsistent) {
          own.wakeUp.wait()
        }
        spins = 0
      }
    }
  }

  /// Spins between two yields.
  private static let spinsPerYield = 64
  /// Spins before a helper sleeps.
  private static let spinLimit = 1 << 15

  private static func spin(_ spins: inout Int) {
    spins += 1
    if spins.isMultiple(of: spinsPerYield) { contrastive_yield() } else { contrastive_pause() }
  }
}
