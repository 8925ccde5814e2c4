import ArgumentParser
import CLibrary
import Contrastive
import ContrastiveFiles

/// `--memory`.
struct MemoryOptions: ParsableArguments {
  @Option(
    help: """
      Most memory, in bytes or as 2G: embeddings stay in their files, and what is made of them \
      goes into files without a name in TMPDIR. No effect on the result. (default: any)
      """)
  var memory: MemorySize?

  /// The bytes, if they are bounded.
  var bytes: Int? { memory?.bytes }

  /// Bytes for what a search knows of rows, if they are bounded: a quarter, and 8 MiB of what every
  /// process takes besides.
  var searchBytes: Int? { bytes.map { $0 / 4 + (8 << 20) } }

  /// Reads embeddings: into memory, or as far as they are needed where memory is bounded.
  ///
  /// - Throws: `ContrastiveError`: `.file`, `.shape`, `.tooLarge`.
  func matrix(path: String) throws(ContrastiveError) -> Matrix {
    try EmbeddingFiles.matrix(path: path, memory: memory)
  }
}

extension EmbeddingFiles {
  /// Reads embeddings: into memory, or as far as they are needed where memory is bounded.
  ///
  /// - Throws: `ContrastiveError`: `.file`, `.shape`, `.tooLarge`.
  ///
  /// The processes of a job read as far as they need in any case, files that can be read so.
  static func matrix(path: String, memory: MemorySize?) throws(ContrastiveError) -> Matrix {
    guard let bytes = memory?.bytes else {
      guard Job.isShared else { return try matrix(path: path) }
      leaveInFiles()
      if let matrix = try? mapped(path: path) { return matrix }
      return try matrix(path: path)
    }
    ResidentPages.limit(to: bytes)
    leaveInFiles()
    return try mapped(path: path)
  }

  private static func mapped(path: String) throws(ContrastiveError) -> Matrix {
    let file = filePart(of: path)
    if file != path || (path != "-" && isSafetensors(path)) {
      return try MappedRows.safetensors(
        path: file, tensor: file == path ? nil : String(path.dropFirst(file.count + 1)),
        argument: path)
    }
    guard path != "-" else {
      throw .parameter(
        name: "memory", found: "standard input", expected: "a file, which can be read in pieces")
    }
    return try MappedRows.npy(path: path, argument: path)
  }

  /// Whether a file is one of safetensors, by its name or else by how its header starts: with its
  /// length, then an object of JSON.
  private static func isSafetensors(_ path: String) -> Bool {
    if path.hasSuffix(".safetensors") { return true }
    guard !path.hasSuffix(".npy"), let stream = fopen(path, "rb") else { return false }
    defer { fclose(stream) }
    var start = [UInt8](repeating: 0, count: 9)
    return fread(&start, 1, 9, stream) == 9 && start[8] == UInt8(ascii: "{")
      && !start.starts(with: NPYFile.magic)
  }

  /// From here on inputs are used where they lie, and what is made of them goes into files without
  /// names.
  static func leaveInFiles() {
    LargeMatrices.use(
      { rows, columns, fill throws(ContrastiveError) in
        try MappedRows.inScratch(rows: rows, columns: columns) { range in
          [Float](unsafeUninitializedCapacity: range.count * columns) { target, count in
            fill(range, target)
            count = range.count * columns
          }
        }
      }, afterPiece: ResidentPages.giveBack)
    endWithoutFile()
  }

  /// A file that becomes shorter while it is used ends the program with a line, not a crash.
  private static func endWithoutFile() {
    _ = signal(SIGBUS) { _ in
      let text: StaticString = "contrastive: an input became shorter while it was read\n"
      _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
      _exit(65)
    }
  }
}
