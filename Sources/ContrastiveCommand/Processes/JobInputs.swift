import Contrastive
import ContrastiveCore
import ContrastiveFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What must be the same in every process of a job: it is compared before any work.
enum JobInputs {
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
    for path in inputs(of: arguments) { own.append((path, digest(of: path))) }
    try requireEqual(own, in: job)
  }

  /// Refuses files or folders whose contents are not the same in every process.
  static func requireEqual(contentsOf paths: [String]) throws(ContrastiveError) {
    guard let job = Job.processes, job.size > 1 else { return }
    try requireEqual(paths.map { ($0, digest(of: $0)) }, in: job)
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
    "\(Diagnostics.rowKernels) kernels, \(BlockSizes.current.tallColumns) columns a tile, "
      + "BLAS \(Diagnostics.blasConfiguration) \(Diagnostics.blasCore), "
      + "product \(MatrixProduct.automatic.rawValue), packed \(Diagnostics.packedKernels)"
  }

  /// Options that name what is written.
  private static let outputs = [
    "--output", "-o", "--csv", "--jsonl",
  ]

  /// The files and folders that are read.
  private static func inputs(of arguments: [String]) -> [String] {
    var paths: [String] = []
    var option = ""
    for word in arguments {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      let isJoined = word.hasPrefix("-") && parts.count == 2
      let (name, value) = isJoined ? (parts[0], parts[1]) : (option, word)
      option = word
      guard name.hasPrefix("-"), !outputs.contains(name) else { continue }
      let path = EmbeddingFiles.filePart(of: value)
      if access(path, F_OK) == 0 { paths.append(path) }
    }
    return paths
  }

  /// mpirun gives standard input to one process alone.
  private static func requireNoStream(_ arguments: [String]) throws(ContrastiveError) {
    for (option, word) in zip(arguments, arguments.dropFirst())
    where ["-", "/dev/stdin"].contains(word) && option.hasPrefix("-") && !outputs.contains(option) {
      throw .parameter(
        name: String(option.drop(while: { $0 == "-" })), found: word,
        expected: "a file that every process can read: standard input goes to one")
    }
  }

  /// A file's contents, or the names and contents of a folder's files, in 128 bits.
  private static func digest(of path: String) -> String {
    var digest = ContentDigest()
    add(path, to: &digest)
    return digest.text
  }

  private static func add(_ path: String, to digest: inout ContentDigest) {
    var status = stat()
    guard stat(path, &status) == 0 else { return digest.add([0]) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      for name in ((try? Folder.names(in: path)) ?? []).sorted() where !name.hasPrefix(".") {
        digest.add(Array(name.utf8))
        add("\(path)/\(name)", to: &digest)
      }
    case S_IFREG:
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return digest.add([1]) }
      defer { close(descriptor) }
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      while true {
        let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { break }
        digest.add(buffer[..<count])
      }
    default: break
    }
  }
}

/// 128 bits that tell contents apart; no protection from somebody who wants two to be alike.
struct ContentDigest {
  private var a: UInt64 = 0x9e37_79b9_7f4a_7c15
  private var b: UInt64 = 0xc2b2_ae3d_27d4_eb4f
  private var count: UInt64 = 0

  mutating func add(_ bytes: some Collection<UInt8>) {
    let isStored: Void? = bytes.withContiguousStorageIfAvailable { bytes in
      add(UnsafeRawBufferPointer(bytes))
    }
    if isStored == nil { Array(bytes).withUnsafeBytes { add($0) } }
  }

  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    count &+= UInt64(bytes.count)
    var place = 0
    while place + 8 <= bytes.count {
      mix(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      place += 8
    }
    var rest: UInt64 = UInt64(bytes.count - place)
    for byte in bytes[place...] { rest = rest << 8 | UInt64(byte) }
    if bytes.count > place { mix(rest) }
  }

  private mutating func mix(_ word: UInt64) {
    let product = (a ^ word).multipliedFullWidth(by: 0xff51_afd7_ed55_8ccd)
    a = product.low ^ product.high
    b = (b ^ word) &* 0xc4ce_b9fe_1a85_ec53
    b ^= b >> 29
  }

  /// In hexadecimal.
  var text: String {
    var copy = self
    copy.mix(count)
    copy.mix(copy.b)
    return String(copy.a, radix: 16) + String(copy.b, radix: 16)
  }
}
