import ContrastiveCore

/// A head on frozen embeddings, which starts as the identity.
///
/// ```
/// linear   y = x + x · Δ
/// mlp      y = x + max(0, x · W + b) · V
/// ```
/// Δ and V start as zeros, so that weight decay pulls a head toward the identity. Rows are unit
/// rows; outputs are normalized by whoever uses them.
public struct AdapterHead: Sendable, Equatable {
  /// What a head is made of.
  public enum Kind: String, CaseIterable, Sendable, Codable {
    /// A square matrix.
    case linear
    /// Two layers beside the identity.
    case mlp
  }

  /// What it is made of.
  public let kind: Kind
  /// Its parameters.
  public package(set) var parameters: ParameterVector

  private let dimension: Int
  /// Units between the two layers; 0 of a linear head.
  public let hidden: Int

  /// The identity.
  ///
  /// - Parameters:
  ///   - kind: what it is made of.
  ///   - dimension: of the embeddings, at least 1.
  ///   - hidden: units between the two layers of `mlp`, at least 1; nil for `dimension`.
  ///   - seed: of W, uniform in ±1/√dimension.
  /// - Throws: `ContrastiveError.parameter`.
  public init(
    _ kind: Kind, dimension: Int, hidden: Int? = nil, seed: UInt64 = 0
  ) throws(ContrastiveError) {
    let layout = try Self.layout(kind, dimension: dimension, hidden: hidden)
    let units = kind == .linear ? 0 : hidden ?? dimension
    self.kind = kind
    self.dimension = dimension
    self.hidden = units
    parameters = ParameterVector(zeros: layout)
    guard kind == .mlp else { return }
    var random = CounterRandom.stream(.parameters, seed: seed, 0)
    let bound = 1 / Float(dimension).squareRoot()
    for place in 0..<(dimension * units) {
      parameters.values[place] = random.uniform(-bound, bound)
    }
  }

  /// The names and shapes of the parameters of a head, without memory for them.
  static func layout(
    _ kind: Kind, dimension: Int, hidden: Int?
  ) throws(ContrastiveError) -> ParameterLayout {
    try requireParameter(1...65_536 ~= dimension, "dimension", dimension, "1 … 65536")
    switch kind {
    case .linear: return try ParameterLayout([("delta", [dimension, dimension], true)])
    case .mlp:
      let units = hidden ?? dimension
      try requireParameter(1...65_536 ~= units, "hidden", units, "1 … 65536")
      return try ParameterLayout([
        ("expand", [dimension, units], true), ("bias", [units], false),
        ("contract", [units, dimension], true),
      ])
    }
  }

  /// What the way back needs of the way there.
  package struct Record {
    fileprivate let input: Matrix
    fileprivate let hidden: Matrix?
  }

  /// The outputs for some rows.
  package func forward(
    _ rows: Matrix, workers: Workers
  ) throws(ContrastiveError) -> (outputs: Matrix, record: Record) {
    try BLAS.prepare()
    var outputs = rows
    switch kind {
    case .linear:
      parameters.values.withUnsafeBufferPointer { weights in
        Product(rows, inner: dimension).add(
          SharedReadOnlyMemory(weights), to: &outputs, workers: workers)
      }
      return (outputs, Record(input: rows, hidden: nil))
    case .mlp:
      var units = Matrix(zeros: rows.rows, by: hidden)
      parameters.values.withUnsafeBufferPointer { values in
        let weights = SharedReadOnlyMemory(values)
        let bias = weights + dimension * hidden
        for row in 0..<rows.rows {
          units.withUnsafeMutableBufferPointer { units in
            for unit in 0..<hidden { units[row * hidden + unit] = bias[unit] }
          }
        }
        Product(rows, inner: dimension).add(weights, to: &units, workers: workers)
        units.withUnsafeMutableBufferPointer { units in
          for place in units.indices { units[place] = max(0, units[place]) }
        }
        let second = UnsafeBufferPointer(
          rebasing: values[(dimension * hidden + hidden)...])
        Product(units, inner: hidden).add(
          SharedReadOnlyMemory(second), to: &outputs, workers: workers)
      }
      return (outputs, Record(input: rows, hidden: units))
    }
  }

  /// ∂loss/∂parameters from ∂loss/∂outputs.
  package func backward(_ gradient: Matrix, _ record: Record, workers: Workers) -> ParameterVector {
    var result = ParameterVector(zeros: parameters.layout)
    guard let units = record.hidden else {
      result.values = Product.transposed(record.input, times: gradient, workers: workers)
      return result
    }
    var unitGradient = Matrix(zeros: units.rows, by: hidden)
    parameters.values.withUnsafeBufferPointer { values in
      let second = UnsafeBufferPointer(rebasing: values[(dimension * hidden + hidden)...])
      Product(gradient, inner: dimension).add(
        SharedReadOnlyMemory(second), isTransposed: true, to: &unitGradient, workers: workers)
    }
    unitGradient.withUnsafeMutableBufferPointer { slopes in
      units.withUnsafeBufferPointer { units in
        for place in slopes.indices where units[place] <= 0 { slopes[place] = 0 }
      }
    }
    var bias = [Double](repeating: 0, count: hidden)
    unitGradient.withUnsafeBufferPointer { slopes in
      for row in 0..<units.rows {
        for unit in 0..<hidden { bias[unit] += Double(slopes[row * hidden + unit]) }
      }
    }
    result.values =
      Product.transposed(record.input, times: unitGradient, workers: workers)
      + bias.map(Float.init) + Product.transposed(units, times: gradient, workers: workers)
    return result
  }
}

/// Products of many rows with a small matrix, cut by the rows alone.
private struct Product {
  private let rows: Matrix
  private let inner: Int
  private static let piece = 64

  init(_ rows: Matrix, inner: Int) {
    self.rows = rows
    self.inner = inner
  }

  /// result ← result + rows · weights, or · weightsᵀ.
  func add(
    _ weights: SharedReadOnlyMemory<Float>, isTransposed: Bool = false, to result: inout Matrix,
    workers: Workers
  ) {
    let (count, inner, outer) = (rows.rows, inner, result.columns)
    rows.withUnsafeBufferPointer { rows in
      result.withUnsafeMutableBufferPointer { result in
        let (rows, result) = (SharedReadOnlyMemory(rows), SharedMemory(result))
        workers.forEach(pieces(count, Self.piece)) { index, _ in
          let start = index * Self.piece
          workers.product.gemm(
            .plain, isTransposed ? .transposed : .plain, rows: min(Self.piece, count - start),
            columns: outer, depth: inner, rows + start * inner, stride: inner, weights.base,
            stride: isTransposed ? inner : outer, adding: true,
            into: result + start * outer, stride: outer)
        }
      }
    }
  }

  /// aᵀ · b, from at most 16 runs of rows that are summed in their order.
  static func transposed(_ a: Matrix, times b: Matrix, workers: Workers) -> [Float] {
    let (rows, inner, outer) = (a.rows, a.columns, b.columns)
    let runs = max(1, min(16, rows / 256))
    let size = inner * outer
    let scratch = Scratch(count: runs * size)
    let partial = scratch.memory
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        let (a, b) = (SharedReadOnlyMemory(a), SharedReadOnlyMemory(b))
        workers.forEach(runs) { run, _ in
          let range = (run * rows / runs)..<((run + 1) * rows / runs)
          workers.product.gemm(
            .transposed, rows: inner, columns: outer, depth: range.count,
            a + range.lowerBound * inner, stride: inner, b + range.lowerBound * outer,
            stride: outer, into: partial + run * size, stride: outer)
        }
      }
    }
    var sum = [Float](repeating: 0, count: size)
    sum.withUnsafeMutableBufferPointer { sum in
      let sum = SharedMemory(sum)
      workers.forEach(pieces(size, 1 << 14)) { index, _ in
        for place in (index << 14)..<min(size, (index + 1) << 14) {
          var total = 0.0
          for run in 0..<runs { total += Double(partial[run * size + place]) }
          sum[place] = Float(total)
        }
      }
    }
    return sum
  }
}
