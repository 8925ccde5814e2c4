import ArgumentParser
import ContrastiveCore
import ContrastiveTraining

/// How much is held of images, and where decoded pictures are kept: no effect on a result.
struct PictureOptions: ParsableArguments {
  @Option(
    help: """
      Most bytes of images to hold, as 300000000, 256M or 2G (of 1024³); the others are read or \
      decoded when they are needed. (default: half the machine's memory)
      """)
  var memory: MemorySize?

  @Option(
    help: "Folder to keep decoded pictures in, for other runs on the same files. (default: none)")
  var cache: String?

  @Flag(help: "Refuse a picture that cannot be decoded whole, instead of leaving it out.")
  var strict = false

  /// Sets what was given.
  func apply(to reading: inout ImageReading) {
    reading.memory = memory?.bytes
    reading.cache = cache
    reading.isStrict = strict
  }
}

/// A number of bytes, as `300000000`, `256M` or `2G`.
struct MemorySize: ExpressibleByArgument, Equatable {
  /// At least 1.
  let bytes: Int

  /// A whole number, and perhaps K, M, G or T for powers of 1,024; nil for anything else.
  init?(argument: String) {
    let text = argument.uppercased()
    let digits = text.prefix { $0.isNumber && $0.isASCII }
    let units = ["": 0, "B": 0, "K": 10, "M": 20, "G": 30, "T": 40]
    let unit = text.dropFirst(digits.count)
    let name = unit.hasSuffix("IB") ? unit.dropLast(2) : unit.count > 1 ? unit.dropLast() : unit
    guard let number = Int(digits), number > 0, let shift = units[String(name)],
      unit.count < 2 || unit.hasSuffix("B"), number <= Int.max >> shift
    else { return nil }
    bytes = number << shift
  }
}
