import ContrastiveCore
import ContrastiveFiles
import Synchronization

import Foundation

/// The calls of saves as they were made, and the states that a loss of power could leave.
///
/// The model is that of ALICE (Pillai et al., OSDI 2014): the entries of a folder that was not
/// synchronized are there up to any of them, in their order; the sectors of 512 bytes of a file
/// that was not are there up to any of them, or any choice of them, with zeros in the place of
/// others.
final class RecordedDisk: Sendable {
  private enum Event {
    case make(file: Int, path: String)
    case folder(path: String)
    case write(file: Int, [UInt8])
    case synchronizeFile(Int)
    case synchronizeFolder(String)
    case rename(from: String, to: String)
    /// A save has returned.
    case returned
  }

  private struct Record {
    var events: [Event] = []
    var files: [Int32: Int] = [:]
    var folders: [Int32: String] = [:]
    var count = 0
    var synchronizations = 0
  }

  private let record = Mutex(Record())
  /// The synchronization that is not made, counted from 0.
  private let ignored: Int?

  init(ignoring ignored: Int? = nil) { self.ignored = ignored }

  /// Notes that all that was asked for so far is promised.
  func noteReturn() { record.withLock { $0.events.append(.returned) } }

  /// The system's calls, written down; nothing is really synchronized.
  var calls: FileCalls {
    var calls = FileCalls.system
    calls.openFile = { [self] path, flags in
      let isNew = flags & O_CREAT != 0 && access(path, F_OK) != 0
      let descriptor = FileCalls.system.openFile(path, flags)
      guard descriptor >= 0 else { return descriptor }
      record.withLock {
        if flags & O_DIRECTORY != 0 {
          $0.folders[descriptor] = path
        } else if isNew {
          $0.files[descriptor] = $0.count
          $0.events.append(.make(file: $0.count, path: path))
          $0.count += 1
        } else {
          // A file that is open again, such as a log: the one made last under this name.
          for case .make(let file, path) in $0.events { $0.files[descriptor] = file }
        }
      }
      return descriptor
    }
    calls.writeBytes = { [self] descriptor, bytes in
      let count = FileCalls.system.writeBytes(descriptor, bytes)
      record.withLock {
        if let file = $0.files[descriptor], count > 0 {
          $0.events.append(.write(file: file, Array(bytes.prefix(count))))
        }
      }
      return count
    }
    calls.synchronize = { [self] descriptor in
      record.withLock { record in
        record.synchronizations += 1
        guard record.synchronizations - 1 != ignored else { return }
        if let folder = record.folders[descriptor], isFolder(descriptor) {
          record.events.append(.synchronizeFolder(folder))
        } else if let file = record.files[descriptor] {
          record.events.append(.synchronizeFile(file))
        }
      }
      return 0
    }
    calls.renameFile = { [self] from, to in
      let result = FileCalls.system.renameFile(from, to)
      if result == 0 { record.withLock { $0.events.append(.rename(from: from, to: to)) } }
      return result
    }
    calls.makeFolder = { [self] path in
      let result = FileCalls.system.makeFolder(path)
      if result == 0 { record.withLock { $0.events.append(.folder(path: path)) } }
      return result
    }
    return calls
  }

  private func isFolder(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The states in which a name leads to neither the last generation whose save had returned nor a
  /// later one, as a whole.
  func examine(_ path: String, generations: [[UInt8]]) -> (states: Int, bad: [String]) {
    examine(path) { contents, returned in
      guard let contents else { return returned == 0 }
      guard let generation = generations.firstIndex(of: contents) else { return false }
      return generation + 1 >= returned
    }
  }

  /// The states of which `isGood` says no, told the contents under a name, nil for none and empty
  /// for a folder, and how many calls had returned.
  func examine(
    _ path: String, _ isGood: (_ contents: [UInt8]?, _ returned: Int) -> Bool
  ) -> (states: Int, bad: [String]) {
    let events = record.withLock { $0.events }
    var (states, bad) = (0, [String]())
    for count in 0...events.count {
      let disk = Disk(events[..<count])
      for (name, entries) in disk.folders {
        for contents in disk.contents(of: path, in: entries) {
          states += 1
          if !isGood(contents, disk.returned) {
            bad.append("after \(count) calls, \(name): \(contents?.count ?? -1) bytes")
          }
        }
      }
    }
    return (states, bad)
  }

  /// The disk after some calls.
  private struct Disk {
    /// What is sure to be in each file, and what was written after.
    private var files: [Int: (sure: [UInt8], rest: [UInt8])] = [:]
    /// Changes of folders, in their order; those that are sure to be there come first.
    private var sure: [Event] = []
    private var open: [Event] = []
    private(set) var returned = 0

    init(_ events: ArraySlice<Event>) {
      for event in events {
        switch event {
        case .make(let file, _):
          files[file] = ([], [])
          open.append(event)
        case .folder, .rename: open.append(event)
        case .write(let file, let bytes): files[file]?.rest += bytes
        case .synchronizeFile(let file):
          guard let contents = files[file] else { continue }
          files[file] = (contents.sure + contents.rest, [])
        case .synchronizeFolder(let folder):
          sure += open.filter { Self.folder(of: $0) == folder }
          open.removeAll { Self.folder(of: $0) == folder }
        case .returned: returned += 1
        }
      }
    }

    private static func folder(of event: Event) -> String {
      let path =
        switch event {
        case .make(_, let path), .folder(let path), .rename(_, let path): path
        default: ""
        }
      return path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
    }

    /// What folders may hold: the file under each name, −1 for a folder.
    var folders: [(name: String, entries: [String: Int])] {
      (0...open.count).map { kept in
        var entries: [String: Int] = [:]
        for event in sure + open[..<kept] {
          switch event {
          case .make(let file, let path): entries[path] = file
          case .folder(let path): entries[path] = -1
          case .rename(let from, let to): entries[to] = entries.removeValue(forKey: from)
          default: break
          }
        }
        return ("\(kept) of \(open.count) entries", entries)
      }
    }

    /// What may be under a name.
    func contents(of path: String, in entries: [String: Int]) -> [[UInt8]?] {
      // Without the folders above there is no way to it, where they were made here.
      var above = Self.folder(of: .folder(path: path))
      while !above.isEmpty {
        let isMade = (sure + open).contains { if case .folder(above) = $0 { true } else { false } }
        if isMade, entries[above] == nil { return [nil] }
        above = Self.folder(of: .folder(path: above))
      }
      guard let file = entries[path] else { return [nil] }
      guard file >= 0, let (sure, rest) = files[file] else { return [[]] }
      guard !rest.isEmpty else { return [sure] }
      let sectors = stride(from: 0, to: rest.count, by: 512).map { $0..<min($0 + 512, rest.count) }
      // The first so many, the file as long as these.
      var found = (0...sectors.count).map { sure + rest[..<min($0 * 512, rest.count)] }
      // Any choice of them, the file as long as all.
      for choice in 0..<min(32, 1 << sectors.count) {
        var torn = rest
        for (place, sector) in sectors.enumerated() where choice >> place & 1 == 0 {
          for byte in sector { torn[byte] = 0 }
        }
        found.append(sure + torn)
      }
      return found
    }
  }
}
