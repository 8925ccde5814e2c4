import Contrastive
import ContrastiveFiles

/// The names of queries and documents in TREC files; without names their row numbers.
struct ScoreNames {
  private let queries: [String]?
  private let documents: [String]?
  private let queryRows: [String: Int]?
  private let documentRows: [String: Int]?
  /// How many queries and documents there are.
  let counts: (queries: Int, documents: Int)

  /// Reads the names, which must be as many as there are rows and distinct.
  init(
    queries: String?, documents: String?, counts: (queries: Int, documents: Int)
  ) throws(ContrastiveError) {
    self.counts = counts
    (self.queries, queryRows) = try Self.read(queries, counts.queries)
    (self.documents, documentRows) = try Self.read(documents, counts.documents)
  }

  private static func read(
    _ path: String?, _ count: Int
  ) throws(ContrastiveError) -> ([String]?, [String: Int]?) {
    guard let path else { return (nil, nil) }
    let names = try TextRows.read(path: path)
    guard names.count == count else {
      throw .shape(
        argument: path, found: "\(names.count) names", expected: "\(count), one for each row")
    }
    var rows: [String: Int] = [:]
    for (row, name) in names.enumerated() where rows.updateValue(row, forKey: name) != nil {
      throw .index(
        argument: path, position: row, found: "\(name) again", expected: "each name once")
    }
    if let row = names.firstIndex(where: { $0.isEmpty || $0.contains(where: \.isWhitespace) }) {
      throw .index(
        argument: path, position: row, found: "'\(names[row])'",
        expected: "a name without spaces, which part the columns of TREC files")
    }
    return (names, rows)
  }

  func query(_ row: Int) -> String { queries?[row] ?? "\(row)" }
  func document(_ row: Int) -> String { documents?[row] ?? "\(row)" }

  /// The row of a query's name, none where it is not known.
  func row(ofQuery name: String) -> Int? { Self.row(of: name, in: queryRows, counts.queries) }
  /// The row of a document's name, none where it is not known.
  func row(ofDocument name: String) -> Int? {
    Self.row(of: name, in: documentRows, counts.documents)
  }

  private static func row(of name: String, in rows: [String: Int]?, _ count: Int) -> Int? {
    if let rows { return rows[name] }
    guard let row = Int(name), 0..<count ~= row else { return nil }
    return row
  }
}

/// The text files of TREC.
enum TRECFile {
  /// Reads judgments: query, a column that is ignored, document, grade, between spaces or tabs.
  ///
  /// - Throws: `ContrastiveError.file` with the line.
  static func judgments(
    path: String, names: ScoreNames
  ) throws(ContrastiveError) -> [Relevance.Judgment] {
    var judgments: [Relevance.Judgment] = []
    for (index, line) in try TextRows.lines(path: path).enumerated() {
      let fields = line.split { $0 == " " || $0 == "\t" }.map(String.init)
      if fields.isEmpty { continue }
      func failure(_ problem: String) -> ContrastiveError {
        .file(path: path, problem: "line \(index + 1) \(problem)")
      }
      guard fields.count == 4 else {
        throw failure(
          "has \(fields.count) columns, expected 4: query, ignored, document, grade")
      }
      guard let query = names.row(ofQuery: fields[0]) else {
        throw failure(
          "names the query '\(fields[0])', which is none of the \(names.counts.queries)")
      }
      guard let document = names.row(ofDocument: fields[2]) else {
        throw failure(
          "names the document '\(fields[2])', which is none of the \(names.counts.documents)")
      }
      guard let grade = Int32(fields[3]) else {
        throw failure("has the grade '\(fields[3])', expected a whole number of 32 bits")
      }
      judgments.append(Relevance.Judgment(query: query, document: document, grade: Int(grade)))
    }
    return judgments
  }

  /// Writes a ranking as `trec_eval` reads it.
  static func write(
    _ scores: RetrievalScores, names: ScoreNames,
    _ line: (String) throws(ContrastiveError) -> Void
  ) throws(ContrastiveError) {
    for (row, query) in scores.queries.enumerated() {
      for place in 0..<scores.depth {
        let index = row * scores.depth + place
        try line(
          "\(names.query(query)) Q0 \(names.document(Int(scores.ranking[index]))) \(place + 1) "
            + "\(scores.cosines[index]) contrastive")
      }
    }
  }
}
