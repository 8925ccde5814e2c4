import FoundationEssentials

/// The header as JSON.
extension SafetensorsHeader: Codable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyName.self)
    for key in container.allKeys {
      if key.stringValue == Self.metadataKey {
        metadata = try container.decode([String: String].self, forKey: key)
        hasMetadata = true
      } else {
        tensors[key.stringValue] = try container.decode(SafetensorsFields.self, forKey: key)
      }
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: AnyName.self)
    if !metadata.isEmpty {
      try container.encode(metadata, forKey: AnyName(stringValue: Self.metadataKey))
    }
    for (name, fields) in tensors {
      try container.encode(fields, forKey: AnyName(stringValue: name))
    }
  }
}

/// The fields of one tensor as the header spells them.
struct SafetensorsFields: Codable {
  let dtype: String
  let shape: [Int]
  let dataOffsets: [Int]
  /// Distinct members: these three and, inside and out, those of fields that are passed over.
  let members: Int

  enum CodingKeys: String, CodingKey {
    case dtype, shape
    case dataOffsets = "data_offsets"
  }

  init(dtype: String, shape: [Int], dataOffsets: [Int]) {
    self.dtype = dtype
    self.shape = shape
    self.dataOffsets = dataOffsets
    members = 3
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    dtype = try fields.decode(String.self, forKey: .dtype)
    shape = try fields.decode([Int].self, forKey: .shape)
    dataOffsets = try fields.decode([Int].self, forKey: .dataOffsets)
    members = try JSONValue(from: decoder).memberCount
  }
}

extension JSONValue {
  /// Distinct members of all objects in it.
  fileprivate var memberCount: Int {
    switch self {
    case .list(let values): values.reduce(0) { $0 + $1.memberCount }
    case .object(let members): members.values.reduce(members.count) { $0 + $1.memberCount }
    default: 0
    }
  }
}

/// A member's name that only the file knows.
private struct AnyName: CodingKey {
  let stringValue: String
  let intValue: Int? = nil

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension DecodingError {
  /// Where and what, in one line.
  var line: String {
    let (context, missing): (Context, String?) =
      switch self {
      case .dataCorrupted(let context): (context, nil)
      case .typeMismatch(_, let context), .valueNotFound(_, let context): (context, nil)
      case .keyNotFound(let key, let context): (context, "no field \(key.stringValue)")
      @unknown default: (Context(codingPath: [], debugDescription: "unknown problem"), nil)
      }
    let place = context.codingPath.map { quoted($0.stringValue) }.joined(separator: " ")
    let what = missing ?? context.debugDescription
    return place.isEmpty ? what : "\(place): \(what)"
  }
}
