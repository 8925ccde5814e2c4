import Contrastive
import ContrastiveFiles
import FoundationEssentials

/// A trained adapter on disk: its parameters in a safetensors file.
///
/// ```
/// queries.delta                                     F32 [D, D]: y = x + x · delta
/// queries.expand, queries.bias, queries.contract    F32 [D, H], [H], [H, D]: an mlp
/// documents.…                                       the same, of sides `both`
/// __metadata__.adapter     JSON: format, head, sides, dimension, hidden
/// __metadata__.checksum    CRC-32 of all this
/// ```
public struct AdapterFile: Sendable {
  /// The adapter.
  public let adapter: Adapter

  private struct Description: Codable {
    var format = 1
    var head: AdapterHead.Kind
    var sides: Adapter.Sides
    var dimension: Int
    var hidden: Int
  }

  /// What is to be saved.
  public init(_ adapter: Adapter) { self.adapter = adapter }

  /// Reads an adapter.
  ///
  /// - Parameter path: the file.
  /// - Throws: `ContrastiveError.file`, also when the tensors do not fit.
  public init(path: String) throws(ContrastiveError) {
    let file = try SafetensorsFile(path: path)
    try file.checkSeal()
    guard let text = file.metadata["adapter"],
      let read = try? JSONDecoder().decode(Description.self, from: Data(text.utf8)),
      read.format == 1
    else {
      throw .file(path: path, problem: "is not an adapter that this version can read")
    }
    do throws(ContrastiveError) {
      adapter = try Self.makeAdapter(read, of: file)
    } catch {
      if case .file = error { throw error }
      throw .file(path: path, problem: "\(error)")
    }
  }

  /// The adapter of a description, with the tensors of its file.
  ///
  /// No memory is taken for what the description says until the tensors have said the same.
  private static func makeAdapter(
    _ description: Description, of file: SafetensorsFile
  ) throws(ContrastiveError) -> Adapter {
    let hidden = description.head == .mlp ? description.hidden : nil
    let layout = try AdapterHead.layout(
      description.head, dimension: description.dimension, hidden: hidden)
    let sides = description.sides == .both ? ["queries", "documents"] : ["queries"]
    for side in sides {
      for slot in layout.slots {
        let name = "\(side).\(slot.name)"
        let found = try file.tensor(name).shape
        try requireShape(found == slot.shape, name, "\(found)", "\(slot.shape)")
      }
    }
    var adapter = try Adapter(
      description.head, sides: description.sides, dimension: description.dimension, hidden: hidden)
    func tensors(_ side: String) throws(ContrastiveError) -> [NamedTensor] {
      var tensors: [NamedTensor] = []
      for slot in layout.slots {
        let name = "\(side).\(slot.name)"
        tensors.append(
          NamedTensor(
            name: slot.name, shape: slot.shape,
            values: try file.tensor(name).float32s(argument: name)))
      }
      return tensors
    }
    try adapter.queries.parameters.load(tensors("queries"))
    if adapter.documents != nil {
      try adapter.documents?.parameters.load(tensors("documents"))
    }
    return adapter
  }

  /// Saves the adapter.
  ///
  /// - Parameter path: the file's name; its folder must exist.
  /// - Throws: `ContrastiveError.file`.
  public func write(to path: String) throws(ContrastiveError) {
    var tensors: [String: Tensor] = [:]
    for (side, head) in [("queries", adapter.queries as AdapterHead?)]
      + [("documents", adapter.documents)]
    {
      for tensor in head?.parameters.tensors ?? [] {
        tensors["\(side).\(tensor.name)"] = try Tensor(
          shape: tensor.shape, elements: .float32(tensor.values))
      }
    }
    let description = Description(
      head: adapter.queries.kind, sides: adapter.sides, dimension: adapter.dimension,
      hidden: adapter.queries.hidden)
    let file = SafetensorsFile(
      tensors: tensors, metadata: ["adapter": try JSONText.encode(description)])
    try file.sealed().write(to: path)
  }
}
