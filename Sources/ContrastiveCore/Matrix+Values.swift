/// Matrices of the numbers people have.
extension Matrix {
  /// Takes `values` in row-major order, without a copy where they are an array.
  ///
  /// - Parameters:
  ///   - rows: number of rows, 0 or more.
  ///   - columns: number of columns, 0 or more.
  ///   - values: exactly `rows × columns` elements: an array, a slice, an
  ///     `UnsafeBufferPointer`, …
  /// - Throws: `ContrastiveError.shape` when the counts do not agree.
  public init(
    rows: Int, columns: Int, values: some Collection<Float>
  ) throws(ContrastiveError) {
    try Self.require(values.count, rows: rows, columns: columns)
    self.init(rows: rows, columns: columns, sharing: Array(values))
  }

  /// Copies `values` in row-major order.
  ///
  /// - Parameters:
  ///   - rows: number of rows, 0 or more.
  ///   - columns: number of columns, 0 or more.
  ///   - values: exactly `rows × columns` elements.
  /// - Throws: `ContrastiveError.shape` when the counts do not agree.
  public init(rows: Int, columns: Int, values: Span<Float>) throws(ContrastiveError) {
    try Self.require(values.count, rows: rows, columns: columns)
    let copy = values.withUnsafeBufferPointer { Array($0) }
    self.init(rows: rows, columns: columns, sharing: copy)
  }

  /// Rounds `values`, in row-major order, to the nearest Float32.
  ///
  /// - Parameters:
  ///   - rows: number of rows, 0 or more.
  ///   - columns: number of columns, 0 or more.
  ///   - values: exactly `rows × columns` elements.
  ///   - argument: the name to use in errors.
  /// - Throws: `ContrastiveError`: `.shape` when the counts do not agree, `.tooLarge` for a finite
  ///   number that no Float32 is near to. A NaN or an infinity stays what it is.
  public init(
    rows: Int, columns: Int, rounding values: some Collection<Double>,
    argument: String = "values"
  ) throws(ContrastiveError) {
    try Self.require(values.count, rows: rows, columns: columns, argument)
    let rounded = values.map(Float.init)
    for (position, (value, result)) in zip(values, rounded).enumerated()
    where value.isFinite && !result.isFinite {
      let (row, column) = position.quotientAndRemainder(dividingBy: columns)
      throw .tooLarge(
        argument: argument, row: row, column: column, found: "\(value)",
        limit: "\(Float.greatestFiniteMagnitude)")
    }
    self.init(rows: rows, columns: columns, sharing: rounded)
  }

  /// Takes a matrix row by row.
  ///
  /// - Parameter rows: the rows, of one length; none give a matrix without columns.
  /// - Throws: `ContrastiveError.shape` for rows of different lengths.
  public init(_ rows: [[Float]]) throws(ContrastiveError) {
    let columns = rows.first?.count ?? 0
    if let row = rows.firstIndex(where: { $0.count != columns }) {
      throw .shape(
        argument: "rows", found: "[\(rows[row].count)] at row \(row)", expected: "[\(columns)]")
    }
    self.init(rows: rows.count, columns: columns, sharing: Array(rows.joined()))
  }

  private static func require(
    _ count: Int, rows: Int, columns: Int, _ argument: String = "values"
  ) throws(ContrastiveError) {
    let (wanted, overflow) = rows.multipliedReportingOverflow(by: columns)
    try requireShape(
      rows >= 0 && columns >= 0 && !overflow && count == wanted, argument, "[\(count)]",
      "[\(rows) × \(columns)]")
  }
}

extension Matrix: Codable {
  private enum CodingKeys: String, CodingKey { case rows, columns, values }

  /// Decodes `rows`, `columns` and `values` in row-major order.
  ///
  /// - Throws: `DecodingError` when one is missing or the counts do not agree.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    do {
      try self.init(
        rows: container.decode(Int.self, forKey: .rows),
        columns: container.decode(Int.self, forKey: .columns),
        values: container.decode([Float].self, forKey: .values))
    } catch let error as ContrastiveError {
      throw DecodingError.dataCorruptedError(
        forKey: .values, in: container, debugDescription: error.description)
    }
  }

  /// Encodes `rows`, `columns` and `values` in row-major order.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(rows, forKey: .rows)
    try container.encode(columns, forKey: .columns)
    try container.encode(Array(values), forKey: .values)
  }
}

extension Matrix: CustomStringConvertible, CustomReflectable {
  /// The shape and the elements at the start, on one line.
  public var description: String {
    Self.text("Matrix", rows: rows, columns: columns) { Array(row($0).prefix($1)) }
  }

  /// The shape alone: `dump` and test reports do not list the elements.
  public var customMirror: Mirror { Mirror(self, children: ["rows": rows, "columns": columns]) }

  /// At most 4 rows of at most 6 elements.
  static func text(
    _ name: String, rows: Int, columns: Int, start: (_ row: Int, _ count: Int) -> [Float]
  ) -> String {
    let shown = (0..<min(rows, 4)).map { row in
      let values = start(row, min(columns, 6)).map { "\($0)" } + (columns > 6 ? ["…"] : [])
      return "[\(values.joined(separator: ", "))]"
    }
    let lines = (shown + (rows > 4 ? ["…"] : [])).joined(separator: ", ")
    return "\(name) [\(rows) × \(columns)]: [\(lines)]"
  }
}
