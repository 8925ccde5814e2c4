import ContrastiveCore
import ContrastiveFiles

/// Where a command's result goes: the rule of every `--output`.
///
/// A regular file is replaced as a whole; a device or a pipe is written into; `-` is standard
/// output, and the report then goes to standard error. An input is never an output, no two outputs
/// go to one place, a suffix agrees with the format, and the folder is there: all is looked at
/// before any work.
struct OutputFile {
  /// The formats of results; the raw value is the suffix.
  enum Format: String {
    case safetensors, npy, html, txt, csv, jsonl

    fileprivate var article: String {
      switch self {
      case .safetensors, .txt, .csv, .jsonl: "a"
      case .npy, .html: "an"
      }
    }
  }

  /// The rule, for help texts.
  static let help = "or - for standard output; never an input."

  let path: String
  private let option: String
  private let target: OutputTarget

  /// Whether it is standard output, which is then no place for a report.
  var isStandardOutput: Bool { target == .standardOutput }

  /// Looks at a name before the work that fills it.
  ///
  /// - Parameters:
  ///   - path: what `--output` names.
  ///   - format: the result's; nil for text under any suffix.
  ///   - inputs: what the command reads: files, `file:tensor`, `file.csv:column`, and folders for
  ///     all in them.
  ///   - option: the option that names it.
  ///   - others: what else the command writes, of those that were looked at before.
  /// - Throws: `ContrastiveError.parameter` for a suffix of another format, `.file` for a folder,
  ///   an input, or a name in a folder that is missing.
  init(
    _ path: String, format: Format?, inputs: [String?], option: String = "output",
    besides others: OutputFile?...
  ) throws(ContrastiveError) {
    self.path = path
    self.option = option
    for case let other? in others where isSameOutput(other.path, path) {
      throw .parameter(
        name: option, found: path,
        expected: "another place than --\(other.option), which is \(other.path)")
    }
    target = OutputTarget(path: path)
    if target == .folder {
      throw .file(path: path, problem: "is a folder, expected the name of a file to write")
    }
    for input in inputs.compactMap(\.self) {
      let files = try Self.files(of: input)
      if let same = files.first(where: { isSameFile($0, path) }) {
        throw .file(
          path: path,
          problem: "is an input" + (same == path ? "" : ", \(same)")
            + ": a result is never written over what it is made from")
      }
    }
    if let format, target == .file, let suffix = Self.suffix(of: path),
      suffix != format.rawValue
    {
      throw .parameter(
        name: option, found: path,
        expected: "a name that ends in .\(format.rawValue), as the result is "
          + "\(format.article) \(format.rawValue) file")
    }
    if target == .file { try AtomicFile.requireFolder(of: path) }
  }

  /// Saves tensors as safetensors.
  func write(_ tensors: [String: Tensor]) throws(ContrastiveError) {
    try SafetensorsFile(tensors: tensors).write(to: path)
  }

  /// Saves tensors that write themselves, as safetensors.
  func write(_ tensors: [SavedTensor]) throws(ContrastiveError) {
    try SafetensorsLayout(of: tensors, path: path).write(to: path)
  }

  /// What follows the last dot of a name, in lower case; nil for none and for a number's digits.
  private static func suffix(of path: String) -> String? {
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
    let suffix = name[name.index(after: dot)...].lowercased()
    return suffix.allSatisfy(\.isNumber) ? nil : suffix
  }

  /// The files that an input stands for; no command reads pages, which lie in run folders.
  private static func files(of input: String) throws(ContrastiveError) -> [String] {
    guard OutputTarget(path: input) == .folder else {
      return input == "-" ? ["/dev/stdin"] : InputFiles.named(by: input)
    }
    return ((try? Folder.names(in: input)) ?? []).sorted()
      .filter { suffix(of: $0) != Format.html.rawValue }.map { "\(input)/\($0)" }
  }
}
