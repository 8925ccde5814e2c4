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
  /// - Throws: `ContrastiveError.file`, or `.shape` when the tensors do not fit.
  public init(path: String) throws(ContrastiveError) {
    let file = try SafetensorsFile(path: path)
    try file.checkSeal()
    guard let text = file.metadata["adapter"],
      let read = try? JSONDecoder().decode(Description.self, from: Data(text.utf8)),
      read.format == 1
    else {
      throw .file(path: path, problem: "is not an adapter that this version can read")
    }
    var adapter = try Adapter(
      read.head, sides: read.sides, dimension: read.dimension,
      hidden: read.head == .mlp ? read.hidden : nil)
    func tensors(_ side: String) throws(ContrastiveError) -> [NamedTensor] {
      var tensors: [NamedTensor] = []
      for (name, tensor) in file.tensors where name.hasPrefix("\(side).") {
        tensors.append(
          NamedTensor(
            name: String(name.dropFirst(side.count + 1)), shape: tensor.shape,
            values: try tensor.float32s(argument: name)))
      }
      return tensors
    }
    try adapter.queries.parameters.load(tensors("queries"))
    if adapter.documents != nil {
      try adapter.documents?.parameters.load(tensors("documents"))
    }
    self.adapter = adapter
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
