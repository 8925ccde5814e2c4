import ContrastiveCore

/// Refuses what cannot be the folder of a run.
///
/// - Parameters:
///   - path: what the user gave.
///   - option: the option that names it.
/// - Throws: `ContrastiveError.parameter`.
func requireFolderName(_ path: String, named option: String) throws(ContrastiveError) {
  guard path == "-" else { return }
  throw .parameter(
    name: option, found: path, expected: "the name of a folder: a run is several files")
}
