import CLibrary
import ContrastiveCore
import Synchronization

/// The saves of this process that have begun and those that are done, so that a program that is
/// interrupted can leave nothing half done and say what there is.
package enum PendingFiles {
  private struct State {
    var temporaries: Set<String> = []
    var written: [String] = []
  }

  private static let state = Mutex(State())

  /// A save has made its temporary file.
  static func begin(_ temporary: String) {
    state.withLock { _ = $0.temporaries.insert(temporary) }
  }

  /// A save puts its file in place; `rename` says whether it did.
  static func commit(_ temporary: String, as path: String, _ rename: () -> Bool) -> Bool {
    state.withLock {
      guard rename() else { return false }
      $0.temporaries.remove(temporary)
      if !$0.written.contains(path) { $0.written.append(path) }
      return true
    }
  }

  /// A save has failed and removed its temporary file.
  static func abandon(_ temporary: String) {
    state.withLock { _ = $0.temporaries.remove(temporary) }
  }

  /// Removes the temporary files of all saves and ends the process: none of them ends after that.
  ///
  /// - Parameter end: gets the files that were saved before, and ends the process.
  package static func abandonAll(_ end: (_ written: [String]) -> Never) -> Never {
    state.withLock { state in
      for path in state.temporaries { unlink(path) }
      end(state.written)
    }
  }
}
