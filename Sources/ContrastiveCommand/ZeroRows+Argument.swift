import ArgumentParser
import Contrastive
import ContrastiveCore

extension ZeroRows: ExpressibleByArgument {
  /// The option's help.
  static let help = "Rows of zeros, where rows are normalized: refuse, or keep them zero."

  /// Refuses to keep rows zero where none is normalized.
  func requireUse(with option: String, _ isUsed: Bool) throws(ContrastiveError) {
    try requireNone(
      self == .keep ? rawValue : nil, named: "zero-rows", without: option, isUsed)
  }
}

/// A command with `--zero-rows`, which its errors can then recommend.
package protocol ZeroRowsCommand: ParsableCommand {
  /// `--zero-rows`.
  var zeroRows: ZeroRows { get }
}
