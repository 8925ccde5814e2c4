import CLibrary
import Contrastive
import ContrastiveCore
import ContrastiveFiles

/// What must be the same in every process of a job: it is compared before any work.
package enum JobInputs {
  /// Refuses a job whose processes are not of one version, on one kind of machine, with the same
  /// options and the same data.
  ///
  /// Every file and folder that an argument names is compared by content, but for those that are
  /// written.
  static func requireEqual(_ arguments: [String], version: String) throws(ContrastiveError) {
    guard let job = Job.processes, job.size > 1 else { return }
    try requireNoStream(arguments)
    var own: [(what: String, value: String)] = [
      ("version", version), ("processor", machine),
      ("options", arguments.joined(separator: " ")),
    ]
    let paths = inputs(of: arguments)
    own += zip(paths, contents(of: paths, in: job)).map { (what: $0, value: $1) }
    try requireEqual(own, in: job)
  }

  /// Refuses files or folders whose contents are not the same in every process.
  static func requireEqual(contentsOf paths: [String]) throws(ContrastiveError) {
    guard let job = Job.processes, job.size > 1 else { return }
    try requireEqual(
      zip(paths, contents(of: paths, in: job)).map { (what: $0, value: $1) }, in: job)
  }

  private static func requireEqual(
    _ own: [(what: String, value: String)], in job: any JobProcesses
  ) throws(ContrastiveError) {
    var packet = Packet()
    for entry in own {
      packet.add(Array(entry.what.utf8))
      packet.add(Array(entry.value.utf8))
    }
    let all = job.gather(packet.bytes).map { bytes in
      var reader = PacketReader(bytes)
      return (0..<2 * own.count).map { _ in
        String(decoding: reader.isAtEnd ? [] : reader.take(of: UInt8.self), as: UTF8.self)
      }
    }
    for place in own.indices {
      for (rank, found) in all.enumerated() where found != all[0] {
        let (first, other) = (all[0][2 * place + 1], found[2 * place + 1])
        guard first != other || all[0][2 * place] != found[2 * place] else { continue }
        throw .parameter(
          name: own[place].what, found: "\(other) in process \(rank) of \(job.size)",
          expected: "\(first), as in process 0")
      }
    }
  }

  /// What the bits of results depend on beside the inputs.
  private static var machine: String {
    "\(RowKernels.best.name) kernels, codes by \(CodeProduct.best.name), "
      + "\(BlockSizes.current.tallColumns) columns a tile, "
      + "BLAS \(BLAS.configuration) \(BLAS.core), "
      + "product \(MatrixProduct.automatic.rawValue), packed \(PackedProduct.fused.name)"
  }

  /// Options that name what is written, decoded pictures among it: every machine has its own.
  private static let outputs = [
    "--output", "-o", "--csv", "--jsonl", "--trec", "--names", "--page", "--cache",
  ]

  /// The files and folders that are read.
  package static func inputs(of arguments: [String]) -> [String] {
    values(of: arguments).flatMap { InputFiles.named(by: $0.value) }
      .filter { access($0, F_OK) == 0 }
  }

  /// The values of options that name no output: of `--option value`, `--option=value`, and each of
  /// `--option value value`.
  private static func values(of arguments: [String]) -> [(option: String, value: String)] {
    var values: [(option: String, value: String)] = []
    var option: String?
    for word in arguments {
      guard word.hasPrefix("-"), word != "-" else {
        if let option { values.append((option, word)) }
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      option = parts.first
      if parts.count == 2 { values.append((parts[0], parts[1])) }
    }
    return values.filter { !outputs.contains($0.option) }
  }

  /// Refuses standard input, which mpirun gives to one process alone.
  ///
  /// - Throws: `ContrastiveError.parameter`.
  package static func requireNoStream(_ arguments: [String]) throws(ContrastiveError) {
    for (option, value) in values(of: arguments) where ["-", "/dev/stdin"].contains(value) {
      throw .parameter(
        name: String(option.drop(while: { $0 == "-" })), found: value,
        expected: "a file that every process can read: standard input goes to one")
    }
  }

  /// Digests of the contents of files and folders.
  ///
  /// What is one and the same file for several processes is read by the first of them, and by none
  /// where it is for all.
  private static func contents(of paths: [String], in job: any JobProcesses) -> [String] {
    let identity = Self.identity(of: paths, rank: job.rank)
    let all = job.gather(Array(identity.utf8)).map { String(decoding: $0, as: UTF8.self) }
    let reader = all.firstIndex(of: identity) ?? job.rank
    let isRead = all.contains { $0 != identity }
    var packet = Packet()
    for path in paths where isRead && reader == job.rank {
      packet.add(Array(InputFiles.digest(of: path).utf8))
    }
    var found = PacketReader(job.gather(packet.bytes)[reader])
    return paths.map { _ in
      isRead ? String(decoding: found.take(of: UInt8.self), as: UTF8.self) : identity
    }
  }

  /// Which files of which machine these are.
  private static func identity(of paths: [String], rank: Int) -> String {
    guard let machine = InputFiles.machineIdentity else { return "process \(rank)" }
    var digest = ContentDigest()
    digest.add(Array(machine.utf8))
    for path in paths {
      digest.add(Array(path.utf8))
      InputFiles.forEach(in: path) { file, status in
        digest.add(Array(file.utf8))
        digest.add(numbers: [
          UInt64(truncatingIfNeeded: status?.st_dev ?? 0),
          UInt64(truncatingIfNeeded: status?.st_ino ?? 0),
        ])
      }
    }
    return digest.text
  }
}
