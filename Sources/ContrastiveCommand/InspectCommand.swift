import ArgumentParser
import Contrastive
import ContrastiveFiles
import ContrastiveTraining

/// `contrastive inspect`.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Print what is in a file, checking it whole.",
    discussion: """
      Any .npy, safetensors or IDX file, gzipped or not; a trained encoder and a checkpoint are \
      recognized and checked as such. Every size is held against the file's before memory is \
      taken, and a checksum that is there is checked. Exit code 65 for a file that is damaged or \
      of no known format.

      Example:
        contrastive inspect x.npy
      """)

  @Argument(help: "The file.")
  var file: String

  @OptionGroup var report: ReportOptions

  func run() throws { try report.print(InspectReport(path: file)) }
}

/// What `contrastive inspect` prints.
struct InspectReport: Report {
  /// What the file is of.
  enum Kind: String, Encodable {
    case array, tensors, encoder, checkpoint
  }

  /// A tensor's name and what is in it.
  struct Entry: Encodable {
    let name: String
    let tensor: TensorSummary

    func encode(to encoder: any Swift.Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(name, forKey: .name)
      try tensor.encode(to: encoder)
    }

    enum CodingKeys: String, CodingKey { case name }
  }

  let path: String
  let format: FileContents.Format
  let kind: Kind
  let bytes: Int
  let hasChecksum: Bool
  let tensors: [Entry]
  let metadata: [String: String]
  let checkpoint: Checkpoint.Summary?

  enum CodingKeys: String, CodingKey {
    case path, format, kind, bytes, tensors, metadata, checkpoint
    case hasChecksum = "has_checksum"
  }

  /// Reads and checks a file.
  init(path: String) throws(ContrastiveError) {
    let contents = try FileContents(path: path)
    self.path = path
    (format, bytes, hasChecksum) = (contents.format, contents.size, contents.isSealed)
    metadata = contents.metadata
    let read = contents.tensors.map { Entry(name: $0.key, tensor: TensorSummary($0.value)) }
    let others = contents.unsupported.map {
      Entry(name: $0.key, tensor: TensorSummary(unsupported: $0.value))
    }
    tensors = (read + others).sorted { $0.name < $1.name }
    if let file = contents.safetensors, metadata["checkpoint"] != nil {
      (kind, checkpoint) = (.checkpoint, try Checkpoint(file).summary)
    } else if let file = contents.safetensors, metadata["encoder"] != nil {
      _ = try EncoderFile(file)
      (kind, checkpoint) = (.encoder, nil)
    } else {
      (kind, checkpoint) = (format.isSafetensors ? .tensors : .array, nil)
    }
  }

  var lines: [String] {
    var lines = ["\(path): \(kind.rawValue), \(format.rawValue), \(bytes) bytes"]
    lines.append(hasChecksum ? "checksum: right" : "checksum: none")
    if let checkpoint {
      lines.append(
        "checkpoint of \(checkpoint.method): step \(checkpoint.stepsDone), "
          + "\(checkpoint.epoch) of \(checkpoint.epochs) epochs done, \(checkpoint.images) images")
    }
    for entry in tensors { lines.append(line(entry)) }
    for (name, text) in metadata.sorted(by: { $0.key < $1.key }) {
      let short = text.replacing("\n", with: " ").prefix(200)
      lines.append("metadata \(name): \(short)\(text.count > 200 ? " …" : "")")
    }
    return lines
  }

  private func line(_ entry: Entry) -> String {
    let tensor = entry.tensor
    let shape = tensor.shape.map(String.init).joined(separator: " × ")
    var line = "\(entry.name.isEmpty ? "array" : entry.name): \(tensor.type) [\(shape)]"
    if let low = tensor.minimum, let high = tensor.maximum { line += ", \(low) … \(high)" }
    if tensor.nonFinite > 0 { line += ", \(tensor.nonFinite) not finite" }
    return line
  }
}
