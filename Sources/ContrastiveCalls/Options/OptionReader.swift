import Contrastive

/// What takes its options from a call's.
package protocol OptionReader: SendableMetatype {
  /// Takes the options it has, and states each where it takes it.
  init(_ options: inout CallOptions) throws(ContrastiveError)
}

extension OptionReader {
  /// Every option it has, in the order in which it reads them.
  ///
  /// - Returns: what reading states when nothing is given.
  /// - Throws: `ContrastiveError` where it refuses its own defaults, which none does.
  package static func describe() throws(ContrastiveError) -> [CallOption] {
    var options = CallOptions([:])
    _ = try Self(&options)
    return options.stated
  }
}
