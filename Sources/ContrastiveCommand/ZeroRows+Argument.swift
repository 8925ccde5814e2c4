import ArgumentParser
import Contrastive

extension ZeroRows: ExpressibleByArgument {
  /// The option's help.
  static let help = "Rows of zeros, where rows are normalized: refuse, or keep them zero."
}

/// A command with `--zero-rows`, which its errors can then recommend.
package protocol ZeroRowsCommand: ParsableCommand {
  /// `--zero-rows`.
  var zeroRows: ZeroRows { get }
}
