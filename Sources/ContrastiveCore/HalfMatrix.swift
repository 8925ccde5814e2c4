import ContrastiveKernels

/// A dense row-major matrix of IEEE binary16: one embedding a row, at half the memory of a
/// `Matrix`.
///
/// A value like `Matrix`. The engine widens it tile by tile, exactly; it never exists widened as a
/// whole unless `widened` is asked for. An element of magnitude 2⁻¹⁴ or more is off by at most 2⁻¹¹
/// of itself, a smaller one by at most 2⁻²⁵: of two unit rows of which one is rounded, the dot
/// product is off by at most 2⁻¹¹ + √D · 2⁻²⁵.
public struct HalfMatrix: Sendable, Equatable {
  /// Number of rows (embeddings).
  public let rows: Int
  /// Number of columns (the embeddings' dimension).
  public let columns: Int
  package let storage: [UInt16]

  /// Shares `storage`, of which the first `rows × columns` elements are the matrix, all finite.
  package init(rows: Int, columns: Int, sharing storage: [UInt16]) {
    precondition(rows >= 0 && columns >= 0 && storage.count >= rows * columns)
    self.rows = rows
    self.columns = columns
    self.storage = storage
  }

  /// Rounds a matrix: to nearest, ties to even.
  ///
  /// - Parameters:
  ///   - matrix: any shape; no element of a magnitude above 65,504.
  ///   - argument: the name to use in errors.
  /// - Throws: `ContrastiveError`: `.nonFinite`, `.tooLarge`.
  public init(
    rounding matrix: Matrix, argument: String = "embeddings"
  ) throws(ContrastiveError) {
    let storage = [UInt16](unsafeUninitializedCapacity: matrix.rows * matrix.columns) {
      Self.round(matrix.values, into: &$0)
      $1 = matrix.rows * matrix.columns
    }
    self.init(rows: matrix.rows, columns: matrix.columns, sharing: storage)
    guard let position = Self.firstNotFinite(storage) else { return }
    let (row, column) = position.quotientAndRemainder(dividingBy: matrix.columns)
    let value = matrix[row, column]
    throw value.isFinite
      ? .tooLarge(argument: argument, row: row, column: column, found: "\(value)", limit: "65504.0")
      : .nonFinite(argument: argument, row: row, column: column, found: "\(value)")
  }

  /// Rounds some elements into memory of the same size.
  package static func round(
    _ values: some Collection<Float>, into halves: inout UnsafeMutableBufferPointer<UInt16>
  ) {
    let found: Void? = values.withContiguousStorageIfAvailable { values in
      guard let from = values.baseAddress, let to = halves.baseAddress else { return }
      contrastive_round_to_halves(from, values.count, to)
    }
    precondition(found != nil, "elements that are not in one piece")
  }

  /// Position of the first infinity or NaN.
  package static func firstNotFinite(_ bits: [UInt16]) -> Int? {
    bits.firstIndex { $0 & 0x7c00 == 0x7c00 }
  }

  /// The rows at some indices, or in a range, in that order, as Float32.
  ///
  /// - Parameter indices: indices of rows; one may occur more than once.
  /// - Returns: a matrix of `indices.count` rows.
  /// - Precondition: each index is in 0 ..< rows.
  /// - Complexity: O(indices × columns).
  package func rows(at indices: some Collection<Int>) -> Matrix {
    storage.withUnsafeBufferPointer { source in
      Matrix(rows: indices.count, columns: columns) { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for (place, index) in indices.enumerated() {
          precondition(0..<rows ~= index, "row outside the matrix")
          RowKernels.best.widen(
            from + index * columns, count: columns, into: to + place * columns)
        }
      }
    }
  }

  /// The whole as Float32, exactly.
  public var widened: Matrix { rows(at: 0..<rows) }

  /// The shape as `[rows × columns]`, for messages.
  package var shape: String { "[\(rows) × \(columns)]" }

  /// Equal shapes and equal bits.
  public static func == (a: HalfMatrix, b: HalfMatrix) -> Bool {
    let count = a.rows * a.columns
    return a.rows == b.rows && a.columns == b.columns
      && a.storage[..<count] == b.storage[..<count]
  }
}

extension HalfMatrix: Codable {
  /// Decodes a `Matrix` and rounds it.
  ///
  /// - Throws: `DecodingError` for what is no matrix or has an element that cannot be rounded.
  public init(from decoder: any Decoder) throws {
    do {
      try self.init(rounding: Matrix(from: decoder), argument: "values")
    } catch let error as ContrastiveError {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: error.description))
    }
  }

  /// Encodes the elements, exactly widened, as a `Matrix`.
  public func encode(to encoder: any Encoder) throws { try widened.encode(to: encoder) }
}

extension HalfMatrix: CustomStringConvertible, CustomReflectable {
  /// The shape and the elements at the start, on one line.
  public var description: String {
    Matrix.text("HalfMatrix", rows: rows, columns: columns) {
      Array(self.rows(at: [$0]).row(0).prefix($1))
    }
  }

  /// The shape alone: `dump` and test reports do not list the elements.
  public var customMirror: Mirror { Mirror(self, children: ["rows": rows, "columns": columns]) }
}
