import ContrastiveCore
import FoundationEssentials
import Synchronization
import Testing
import _TestSupport

import ContrastiveFiles

import Foundation

@Suite struct AtomicFileTests {
  @Test func replacesTheOldFile() throws {
    try TemporaryFolder.use { folder throws in
      try AtomicFile.write("old", to: folder.file("a"))
      try AtomicFile.write("new", to: folder.file("a"))
      #expect(try folder.bytes("a") == Array("new".utf8))
      #expect(try folder.names == ["a"])
    }
  }

  /// The n-th system call of a save fails, for every n and several reasons, until a save succeeds.
  @Test(arguments: [ENOSPC, EIO, EACCES])
  func everyCallMayFail(_ reason: Int32) throws {
    try TemporaryFolder.use { folder throws in
      let path = folder.file("a")
      var failures: [String] = []
      for failing in 1...20 {
        try AtomicFile.write("old", to: path)
        let calls = FileCalls.failing(at: failing, with: reason)
        do {
          try AtomicFile.write(to: path, calls: calls) { writer throws(ContrastiveError) in
            try writer.write("new ")
            try writer.write("contents")
          }
          #expect(try folder.bytes("a") == Array("new contents".utf8))
          #expect(try folder.names == ["a"])
          break
        } catch ContrastiveError.file(let named, let problem) {
          #expect(named == path)
          #expect(problem.hasSuffix(": \(String(cString: strerror(reason)))"))
          failures.append(problem)
          let isAfterRename = problem.hasPrefix("was saved, but its folder")
          #expect(
            try folder.bytes("a") == Array((isAfterRename ? "new contents" : "old").utf8),
            "\(problem)")
          #expect(try folder.names == ["a"], "\(problem)")
        }
      }
      // Folder, temporary file, two writes, synchronizing, renaming, synchronizing the folder.
      #expect(failures.count == 7)
    }
  }

  @Test func shortWritesAndInterruptions() throws {
    var calls = FileCalls.system
    let count = Mutex(0)
    calls.writeBytes = { descriptor, bytes in
      if count.withLock({
        $0 += 1; return $0
      }) % 2 == 1 {
        errno = EINTR
        return -1
      }
      return FileCalls.system.writeBytes(
        descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(3)))
    }
    try TemporaryFolder.use { folder throws in
      try AtomicFile.write(to: folder.file("a"), calls: calls) { writer throws(ContrastiveError) in
        try writer.write("more than three bytes")
      }
      #expect(try folder.bytes("a") == Array("more than three bytes".utf8))
    }
  }

  @Test func aWriterThatGivesUp() throws {
    try TemporaryFolder.use { folder throws in
      try AtomicFile.write("old", to: folder.file("a"))
      #expect(throws: ContrastiveError.empty(argument: "rows")) {
        try saveHalf(to: folder.file("a"))
      }
      #expect(try folder.bytes("a") == Array("old".utf8))
      #expect(try folder.names == ["a"])
    }
  }

  private func saveHalf(to path: String) throws(ContrastiveError) {
    try AtomicFile.write(to: path) { writer throws(ContrastiveError) in
      try writer.write("half")
      throw .empty(argument: "rows")
    }
  }

  @Test func leftoversOfKilledRunsAreRemoved() throws {
    try TemporaryFolder.use { folder throws in
      // As a killed run leaves it, even one that had this process's number.
      try folder.write([1], "a.tmp-1-0")
      try folder.write([1], "a.tmp-\(getpid())-0")
      // In use by a save that goes on, hence locked.
      let busy = try folder.write([1], "a.tmp-\(getpid())-1")
      let descriptor = open(busy, O_RDONLY)
      flock(descriptor, LOCK_EX)
      // Not ours.
      for name in ["b.tmp-1-0", "a.tmp-", "a.tmp-1", "a.tmp-x-1", "a.tmp-1-", "a.tmp-1-0.old"] {
        try folder.write([1], name)
      }
      try AtomicFile.write("new", to: folder.file("a"))
      let rest = ["a", "a.tmp-", "a.tmp-1", "a.tmp-1-", "a.tmp-1-0.old", "a.tmp-x-1", "b.tmp-1-0"]
      #expect(try folder.names == (rest + ["a.tmp-\(getpid())-1"]).sorted())
      close(descriptor)
      try AtomicFile.write("new", to: folder.file("a"))
      #expect(try folder.names == rest)
    }
  }

  /// Saves of one file at once do not disturb each other; one of them is there in the end.
  @Test func savesAtOnce() throws {
    try TemporaryFolder.use { folder throws in
      let path = folder.file("a")
      let failures = Mutex(0)
      try Workers(count: 4).forEach(200) { index, _ in
        do {
          try AtomicFile.write(String(repeating: "\(index % 10)", count: 5000), to: path)
        } catch {
          failures.withLock { $0 += 1 }
        }
      }
      #expect(failures.withLock { $0 } == 0)
      let bytes = try folder.bytes("a")
      #expect(bytes.count == 5000 && Set(bytes).count == 1)
      #expect(try folder.names == ["a"])
    }
  }

  /// What only its owner may read stays so.
  @Test func permissionsStay() throws {
    try TemporaryFolder.use { folder throws in
      for mode in [0o600, 0o640, 0o400] as [mode_t] {
        let path = folder.file("\(mode)")
        try AtomicFile.write("old", to: path)
        chmod(path, mode)
        try AtomicFile.write("new", to: path)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == mode)
      }
    }
  }

  @Test func whereNothingCanBeSaved() throws {
    try TemporaryFolder.use { folder throws in
      try folder.write([1], "file")
      try FileManager.default.createDirectory(
        atPath: folder.file("inner"), withIntermediateDirectories: true)
      let cases = [
        (folder.file("missing/a"), "its folder cannot be opened: No such file or directory"),
        (folder.file("file/a"), "its folder cannot be opened: Not a directory"),
        (folder.file("inner"), "renaming failed: Is a directory"),
        (folder.file(String(repeating: "a", count: 300)), "File name too long"),
        ("", "this is not the name of a file"), (folder.path + "/", "not the name of a file"),
        ("..", "this is not the name of a file"), ("/proc/a", "cannot be created"),
      ]
      for (path, problem) in cases {
        do {
          try AtomicFile.write("new", to: path)
          Issue.record("\(path) was saved")
        } catch ContrastiveError.file(let named, let found) {
          #expect(named == path && found.contains(problem), "\(found)")
        }
      }
      #expect(try folder.names == ["file", "inner"])
    }
  }

  @Test func unwritableFolder() throws {
    try TemporaryFolder.use { folder throws in
      try AtomicFile.write("old", to: folder.file("a"))
      chmod(folder.path, 0o500)
      defer { chmod(folder.path, 0o700) }
      // Nothing is unwritable for the superuser; `everyCallMayFail` has the same failure there.
      if geteuid() != 0 {
        #expect(
          throws: ContrastiveError.file(
            path: folder.file("a"), problem: "cannot be created: Permission denied")
        ) { try AtomicFile.write("new", to: folder.file("a")) }
        #expect(try folder.bytes("a") == Array("old".utf8))
      }
    }
  }

  /// What is no regular file is written into and stays what it was, under its name or a link's.
  @Test func devicesAndPipesAreWrittenInto() throws {
    try TemporaryFolder.use { folder throws in
      let (pipe, link) = (folder.file("pipe"), folder.file("link"))
      #expect(mkfifo(pipe, 0o600) == 0 && symlink("pipe", link) == 0)
      #expect(symlink("/dev/null", folder.file("null")) == 0)
      #expect(symlink("/dev/full", folder.file("full")) == 0)
      // With a reader, opening does not wait.
      let reader = open(pipe, O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      for path in [pipe, link] {
        try AtomicFile.write("through \(path)", to: path)
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(reader, &bytes, bytes.count)
        #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "through \(path)")
      }
      try AtomicFile.write("nothing", to: folder.file("null"))
      #expect(
        throws: ContrastiveError.file(
          path: folder.file("full"),
          problem: "cannot be saved: writing failed: No space left on device")
      ) { try AtomicFile.write("too much", to: folder.file("full")) }
      #expect(try folder.names == ["full", "link", "null", "pipe"])
      for (name, kind) in [
        ("pipe", S_IFIFO), ("link", S_IFLNK), ("null", S_IFLNK), ("full", S_IFLNK),
      ] {
        var status = stat()
        #expect(lstat(folder.file(name), &status) == 0 && status.st_mode & S_IFMT == kind)
      }
    }
  }

  /// An open file of the process, under its number, is not replaced either.
  @Test func openFilesAreWrittenInto() throws {
    try TemporaryFolder.use { folder throws in
      let path = try folder.write("first ", "a")
      let descriptor = open(path, O_WRONLY | O_APPEND)
      defer { close(descriptor) }
      var before = stat()
      #expect(fstat(descriptor, &before) == 0)
      try AtomicFile.write("second", to: "/dev/fd/\(descriptor)")
      #expect(try folder.text("a") == "first second")
      var after = stat()
      #expect(stat(path, &after) == 0 && after.st_ino == before.st_ino)
      #expect(OutputTarget(path: "/dev/fd/\(descriptor)") == .stream)
      // An ordinary link is replaced by the file.
      #expect(symlink("a", folder.file("link")) == 0)
      try AtomicFile.write("third", to: folder.file("link"))
      #expect(try folder.text("link") == "third" && folder.text("a") == "first second")
    }
  }

  /// A file's name alone means the current folder, which is where the tests run.
  @Test func bareName() throws {
    let name = "atomic-file-test-\(UUID())"
    try AtomicFile.write("new", to: name)
    #expect(unlink("./\(name)") == 0)
  }
}

extension FileCalls {
  /// The system's calls, the n-th of which fails.
  static func failing(at failing: Int, with reason: Int32) -> FileCalls {
    let count = Countdown(failing)
    var calls = FileCalls.system
    calls.openFile = { count.ends(reason) ? -1 : FileCalls.system.openFile($0, $1) }
    calls.writeBytes = { count.ends(reason) ? -1 : FileCalls.system.writeBytes($0, $1) }
    calls.synchronize = { count.ends(reason) ? -1 : FileCalls.system.synchronize($0) }
    calls.renameFile = { count.ends(reason) ? -1 : FileCalls.system.renameFile($0, $1) }
    return calls
  }

  private final class Countdown: Sendable {
    private let rest: Atomic<Int>

    init(_ count: Int) { rest = Atomic(count) }

    /// Whether this is the call that fails.
    func ends(_ reason: Int32) -> Bool {
      guard rest.subtract(1, ordering: .relaxed).newValue == 0 else { return false }
      errno = reason
      return true
    }
  }
}
