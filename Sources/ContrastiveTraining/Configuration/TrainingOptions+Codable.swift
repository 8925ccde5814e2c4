import Contrastive
import ContrastiveFiles
import FoundationEssentials

/// A common option by its name in files.
struct OptionField: Sendable {
  let name: String
  /// The option's value as JSON.
  let value: @Sendable (TrainingOptions) throws(ContrastiveError) -> JSONValue
  /// Sets the option from JSON; throws `DecodingError`.
  let set: @Sendable (inout TrainingOptions, JSONValue) throws -> Void
  let isEqual: @Sendable (TrainingOptions, TrainingOptions) -> Bool

  private init<Value: Codable & Equatable & Sendable>(
    _ name: String, _ path: WritableKeyPath<TrainingOptions, Value> & Sendable
  ) {
    self.name = name
    value = { options throws(ContrastiveError) in
      try JSONValue(encoding: options[keyPath: path], named: name)
    }
    set = { try $0[keyPath: path] = $1.decoded(Value.self) }
    isEqual = { $0[keyPath: path] == $1[keyPath: path] }
  }

  /// Every option but the method's own.
  static let all: [OptionField] = [
    OptionField("data", \.data), OptionField("labels", \.labels),
    OptionField("holdout", \.holdout), OptionField("image_size", \.imageSize),
    OptionField("epochs", \.epochs),
    OptionField("batch_size", \.batchSize), OptionField("limit", \.limit),
    OptionField("seed", \.seed), OptionField("product", \.product),
    OptionField("encoder", \.architecture),
    OptionField("stem", \.stem), OptionField("last_normalization", \.lastNormalization),
    OptionField("initial_encoder", \.initialEncoder), OptionField("freeze", \.frozenPart),
    OptionField("pixel_mean", \.pixelMean), OptionField("pixel_deviation", \.pixelDeviation),
    OptionField("widths", \.widths),
    OptionField("hidden_dimension", \.hiddenDimension),
    OptionField("embedding_dimension", \.embeddingDimension),
    OptionField("head_normalization", \.headNormalization),
    OptionField("learning_rate", \.learningRate), OptionField("optimizer", \.optimizer),
    OptionField("sgd_momentum", \.sgdMomentum), OptionField("weight_decay", \.weightDecay),
    OptionField("warmup_epochs", \.warmupEpochs), OptionField("schedule", \.schedule),
    OptionField("augment", \.augment), OptionField("smallest_crop", \.smallestCrop),
    OptionField("crop", \.crop),
    OptionField("crop_warmup", \.cropWarmup), OptionField("crop_interval", \.cropInterval),
    OptionField("crop_alpha", \.cropAlpha), OptionField("crop_threshold", \.cropThreshold),
    OptionField("jitter", \.jitter), OptionField("saturation", \.saturation),
    OptionField("hue", \.hue), OptionField("grayscale", \.grayscale),
    OptionField("blur", \.blur), OptionField("solarization", \.solarization),
    OptionField("rotation", \.rotation), OptionField("flips", \.flips),
    OptionField("neighbors", \.neighbors), OptionField("vote_temperature", \.voteTemperature),
  ]
}

extension TrainingOptions: Equatable {
  /// Equal common options, and equal options of the same method.
  public static func == (a: TrainingOptions, b: TrainingOptions) -> Bool {
    a.method.isEqual(to: b.method) && OptionField.all.allSatisfy { $0.isEqual(a, b) }
  }
}

extension TrainingOptions: Codable {
  /// Reads a flat object in snake case, as `config.json` is, over the defaults of its method.
  ///
  /// For a method of one's own see `Configuration.options(methods:)`.
  ///
  /// - Throws: `ContrastiveError.parameter` for an unknown method or option, or a value of the
  ///   wrong type.
  public init(from decoder: any Decoder) throws {
    self = try Configuration(decoder.singleValueContainer().decode([String: JSONValue].self))
      .options()
  }

  /// Writes the flat object in snake case that `config.json` is.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Configuration(self).members)
  }
}

extension JSONValue {
  /// A value as JSON, its properties in snake case.
  ///
  /// A number that JSON cannot hold becomes a text, which `decoded` then refuses.
  init(encoding value: some Encodable, named name: String) throws(ContrastiveError) {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "infinity", negativeInfinity: "-infinity", nan: "nan")
    guard let data = try? encoder.encode(value),
      let tree = try? JSONDecoder().decode(JSONValue.self, from: data)
    else { throw .parameter(name: name, found: "\(value)", expected: "what JSON can hold") }
    self = tree
  }

  /// The value that this is the JSON of.
  func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(JSONText.encode(self).utf8))
  }
}
