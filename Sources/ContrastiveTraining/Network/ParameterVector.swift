import ContrastiveCore

/// Named arrays in one vector: the parameters of a network or of anything else that is learned,
/// their gradient, a momentum buffer, or running statistics.
public struct ParameterVector: Sendable, Equatable {
  /// Names, shapes and ranges.
  public let layout: ParameterLayout
  /// All elements, `layout.count` of them.
  public package(set) var values: [Float]

  /// A vector of zeros.
  public init(zeros layout: ParameterLayout) {
    self.layout = layout
    values = [Float](repeating: 0, count: layout.count)
  }

  /// Matrices by name, all subject to weight decay.
  ///
  /// ```swift
  /// var parameters = try ParameterVector(["W": weights])
  /// var optimizer = try SGD(parameters.layout)
  /// try optimizer.step(&parameters, gradient: ParameterVector(["W": gradient]), rate: 0.1)
  /// weights = try parameters.matrix("W")
  /// ```
  ///
  /// - Parameter matrices: unique names, none empty.
  /// - Throws: `ContrastiveError.parameter` for a name that occurs twice and for an empty matrix.
  public init(_ matrices: KeyValuePairs<String, Matrix>) throws(ContrastiveError) {
    layout = try ParameterLayout(
      matrices.map { ($0.key, [$0.value.rows, $0.value.columns], true) })
    values = matrices.flatMap { Array($0.value.values) }
  }

  /// The array of a name as a matrix: a vector as one row, and of more than two extents all but the
  /// last as rows.
  ///
  /// - Parameter name: of an array of the layout.
  /// - Returns: a copy of the array.
  /// - Throws: `ContrastiveError.parameter` for an unknown name.
  public func matrix(_ name: String) throws(ContrastiveError) -> Matrix {
    guard let slot = layout.slots.first(where: { $0.name == name }) else {
      throw .unknown("array", name, among: layout.slots.map(\.name))
    }
    let columns = slot.shape.last ?? 1
    return try Matrix(
      rows: slot.range.count / columns, columns: columns, values: Array(values[slot.range]))
  }

  package init(layout: ParameterLayout, values: [Float]) {
    precondition(values.count == layout.count)
    self.layout = layout
    self.values = values
  }

  /// The elements of the array called `name`, or nil where there is none.
  public subscript(name: String) -> ArraySlice<Float>? {
    layout.slots.first { $0.name == name }.map { values[$0.range] }
  }

  /// The arrays by name, in order, as a checkpoint stores them.
  public var tensors: [NamedTensor] {
    layout.slots.map {
      NamedTensor(name: $0.name, shape: $0.shape, values: Array(values[$0.range]))
    }
  }

  /// Replaces all values, such as by a checkpoint's; tensors of other names are ignored.
  ///
  /// Nothing changes when it throws.
  ///
  /// - Parameter tensors: one tensor for every slot of the layout, in any order.
  /// - Throws: `ContrastiveError.shape` when a tensor is missing or has another shape, and
  ///   `ContrastiveError.nonFinite` (row 0) when it holds a NaN or an infinity.
  public mutating func load(_ tensors: [NamedTensor]) throws(ContrastiveError) {
    let named = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
    var loaded = values
    for slot in layout.slots {
      let tensor = try NamedTensor.named(slot.name, shape: slot.shape, in: named)
      if let position = tensor.values.firstIndex(where: { !$0.isFinite }) {
        throw .nonFinite(
          argument: slot.name, row: 0, column: position, found: "\(tensor.values[position])")
      }
      loaded.replaceSubrange(slot.range, with: tensor.values)
    }
    values = loaded
  }
}

/// A named array, as a checkpoint stores it.
public struct NamedTensor: Codable, Sendable, Equatable {
  /// Unique name.
  public var name: String
  /// Extents, slowest first.
  public var shape: [Int]
  /// Elements in row-major order.
  public var values: [Float]

  /// Names an array.
  public init(name: String, shape: [Int], values: [Float]) {
    self.name = name
    self.shape = shape
    self.values = values
  }
}

extension NamedTensor {
  /// The tensor of a name, which must be there and have the shape.
  static func named(
    _ name: String, shape: [Int], in tensors: [String: NamedTensor]
  ) throws(ContrastiveError) -> NamedTensor {
    guard let tensor = tensors[name] else {
      throw .shape(argument: name, found: "no such tensor", expected: "\(shape)")
    }
    try requireShape(
      tensor.shape == shape && tensor.values.count == shape.reduce(1, *), name,
      "\(tensor.shape) of \(tensor.values.count) elements", "\(shape)")
    return tensor
  }
}
