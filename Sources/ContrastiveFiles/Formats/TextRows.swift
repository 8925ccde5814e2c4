import ContrastiveCore

/// Texts, one for each row of a set of embeddings.
///
/// A file whose name ends in `.csv`, in any case, is CSV (RFC 4180: fields between commas, quoted
/// where they hold commas, quotes or line breaks, a quote inside doubled) with a header;
/// `FILE.csv:COLUMN` names the column, which may be left out where there is one only. Any other
/// file has one text a line; a line feed at the end starts no further one, and a carriage return
/// before a line feed is no part of the text. UTF-8; at most 2 GiB.
public enum TextRows {
  private static let largest = 1 << 31

  /// Reads the texts.
  ///
  /// - Parameter path: a file, or `FILE.csv:COLUMN`.
  /// - Returns: the texts in their order.
  /// - Throws: `ContrastiveError.file`.
  public static func read(path: String) throws(ContrastiveError) -> [String] {
    let (file, column) = parts(of: path)
    let bytes = try TextFile.read(path: file, largest: largest)
    guard file.lowercased().hasSuffix(".csv") else { return lines(bytes) }
    var records = try records(bytes, path: file)[...]
    guard let header = records.popFirst() else {
      throw .file(path: file, problem: "is empty, expected a header")
    }
    let place = try place(of: column, in: header, path: file)
    var texts: [String] = []
    texts.reserveCapacity(records.count)
    for (index, record) in records.enumerated() {
      guard record.count == header.count else {
        throw .file(
          path: file,
          problem: "has \(record.count) fields in record \(index + 1), its header has "
            + "\(header.count)")
      }
      texts.append(record[place])
    }
    return texts
  }

  /// Reads the lines of a file, whatever its name.
  ///
  /// - Parameter path: a file.
  /// - Returns: the lines in their order.
  /// - Throws: `ContrastiveError.file`.
  package static func lines(path: String) throws(ContrastiveError) -> [String] {
    lines(try TextFile.read(path: path, largest: largest))
  }

  /// The file that a path leads to, and the column.
  public static func parts(of path: String) -> (file: String, column: String?) {
    guard
      let colon = path.indices.last(where: {
        path[$0] == ":" && path[..<$0].lowercased().hasSuffix(".csv")
      })
    else { return (path, nil) }
    return (String(path[..<colon]), String(path[path.index(after: colon)...]))
  }

  private static func place(
    of column: String?, in header: [String], path: String
  ) throws(ContrastiveError) -> Int {
    let names = header.map(quoted).joined(separator: ", ")
    guard let column else {
      if header.count == 1 { return 0 }
      throw .file(
        path: path, problem: "has the columns \(names): name one, as in \(path):\(header[0])")
    }
    guard let place = header.firstIndex(of: column) else {
      throw .file(path: path, problem: "has no column \(quoted(column)), it has \(names)")
    }
    return place
  }

  private static func lines(_ bytes: [UInt8]) -> [String] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { line in
      String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
    }
  }

  private static func records(
    _ bytes: [UInt8], path: String
  ) throws(ContrastiveError) -> [[String]] {
    let (comma, quote) = (UInt8(ascii: ","), UInt8(ascii: "\""))
    let (feed, carriage) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    var (records, record, field): ([[String]], [String], [UInt8]) = ([], [], [])
    var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var start = position
    func endField() {
      record.append(String(decoding: field, as: UTF8.self))
      field.removeAll(keepingCapacity: true)
    }
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == quote, field.isEmpty {
        while true {
          guard position < bytes.count else {
            throw .file(
              path: path, problem: "has a quote in record \(records.count) that does not end")
          }
          let inner = bytes[position]
          position += 1
          if inner != quote {
            field.append(inner)
          } else if position < bytes.count, bytes[position] == quote {
            field.append(quote)
            position += 1
          } else {
            break
          }
        }
      } else if byte == comma {
        endField()
      } else if byte == feed
        || (byte == carriage && position < bytes.count && bytes[position] == feed)
      {
        if byte == carriage { position += 1 }
        endField()
        records.append(record)
        record = []
        start = position
      } else {
        field.append(byte)
      }
    }
    if start < bytes.count {
      endField()
      records.append(record)
    }
    return records
  }
}
