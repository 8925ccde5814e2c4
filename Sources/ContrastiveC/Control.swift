internal import CContrastive
import ContrastiveCore
import Synchronization

/// How far a training has come, for the caller's progress function.
final class TrainingPlace: Sendable {
  private let place = Mutex((epoch: 1, share: 0.0))

  var now: (epoch: Int, share: Double) { place.withLock { $0 } }

  func move(to epoch: Int, _ share: Double) { place.withLock { $0 = (epoch, share) } }
}

extension Workers {
  /// The threads that a caller asks for, all of them by NULL, with its processes and its progress
  /// function, which is told of `training` where there is one, not of passes over the data.
  init(
    _ control: UnsafePointer<contrastive_control>?, training: TrainingPlace? = nil
  ) throws(ContrastiveError) {
    guard let control = control?.pointee else {
      self = .all
      return
    }
    let threads = control.threads == 0 ? .all : try Workers(count: Int(control.threads))
    let workers =
      if let group = control.group?.pointee {
        try threads.sharing(with: CallerGroup(group))
      } else {
        threads
      }
    guard let progress = control.progress else {
      self = workers
      return
    }
    let call = ProgressCall(function: progress, context: control.context)
    self = workers.reporting { progress in
      let now = training?.now ?? (epoch: progress.pass, share: progress.fraction)
      return call.goesOn(now.epoch, now.share)
    }
  }
}

/// A progress function; the caller says that it may be called from any thread.
///
/// It is called about 20 times a second: a caller such as an interpreter has to take its lock.
private final class ProgressCall: @unchecked Sendable {
  private let function: contrastive_progress
  private let context: UnsafeMutableRawPointer?
  private let clock = ContinuousClock()
  private let last: Mutex<ContinuousClock.Instant>

  init(function: @escaping contrastive_progress, context: UnsafeMutableRawPointer?) {
    self.function = function
    self.context = context
    last = Mutex(clock.now)
  }

  func goesOn(_ pass: Int, _ fraction: Double) -> Bool {
    let isDue = last.withLock { last in
      let now = clock.now
      guard now - last >= .milliseconds(50) else { return false }
      last = now
      return true
    }
    return !isDue || function(context, Int32(clamping: pass), fraction) == 0
  }
}
