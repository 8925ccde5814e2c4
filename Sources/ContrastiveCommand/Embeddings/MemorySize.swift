import ArgumentParser

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
