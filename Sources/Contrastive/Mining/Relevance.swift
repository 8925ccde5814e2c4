/// Which documents belong to which queries, and how well.
///
/// Grades follow TREC: 0 is judged and not relevant, from 1 on relevant, higher is better. Pairs
/// without grades have grade 1. A pair that is given more than once has its highest grade.
public struct Relevance: Sendable, Equatable {
  /// One document of a query.
  public struct Judgment: Sendable, Equatable {
    /// The number of the query.
    package let query: Int
    /// The number of the document.
    package let document: Int
    /// The grade.
    package let grade: Int

    /// A judgment; of a pair without a grade it is 1.
    public init(query: Int, document: Int, grade: Int = 1) {
      self.query = query
      self.document = document
      self.grade = grade
    }
  }

  /// Number of queries.
  package let queries: Int
  /// Number of documents.
  package let documents: Int
  private let starts: [Int]
  private let columns: [Int32]
  private let grades: [Int32]

  /// Takes judgments in any order.
  ///
  /// - Parameters:
  ///   - judgments: each of a query and a document that there are.
  ///   - queries: number of queries.
  ///   - documents: number of documents.
  ///   - argument: the name to use in errors.
  /// - Throws: `ContrastiveError`: `.index` with the first number outside, `.empty` of none,
  ///   `.parameter` for a number of queries or documents that is negative or beyond memory.
  public init(
    _ judgments: [Judgment], queries: Int, documents: Int, argument: String = "pairs"
  ) throws(ContrastiveError) {
    guard !judgments.isEmpty else { throw .empty(argument: argument) }
    try Self.requireRoom(queries: queries, documents: documents)
    for (position, judgment) in judgments.enumerated() {
      for (found, what, bound) in [
        (judgment.query, "query", queries), (judgment.document, "document", documents),
      ] where !(0..<bound ~= found) {
        throw .index(
          argument: argument, position: position, found: "\(what) \(found)",
          expected: "0 ..< \(bound), the rows of the \(what == "query" ? "queries" : "documents")")
      }
      guard Int(Int32.min)...Int(Int32.max) ~= judgment.grade else {
        throw .index(
          argument: argument, position: position, found: "grade \(judgment.grade)",
          expected: "a grade of 32 bits")
      }
    }
    let sorted = judgments.sorted {
      ($0.query, $0.document, $1.grade) < ($1.query, $1.document, $0.grade)
    }
    var starts = [Int](repeating: 0, count: queries + 1)
    var (columns, grades): ([Int32], [Int32]) = ([], [])
    var last: Judgment?
    for judgment in sorted {
      defer { last = judgment }
      if let last, last.query == judgment.query, last.document == judgment.document { continue }
      starts[judgment.query + 1] += 1
      columns.append(Int32(judgment.document))
      grades.append(Int32(judgment.grade))
    }
    for query in 0..<queries { starts[query + 1] += starts[query] }
    self.queries = queries
    self.documents = documents
    self.starts = starts
    self.columns = columns
    self.grades = grades
  }

  /// Document i belongs to query i.
  ///
  /// - Throws: `ContrastiveError.shape` for different numbers, `.empty` for none.
  public init(
    rowByRow queries: Int, documents: Int, argument: String = "documents"
  ) throws(ContrastiveError) {
    try Self.requireRoom(queries: queries, documents: documents)
    try requireShape(
      queries == documents, argument, "\(documents) rows",
      "\(queries), one for each query, as there are no pairs")
    try self.init(
      (0..<queries).map { Judgment(query: $0, document: $0) }, queries: queries,
      documents: documents, argument: argument)
  }

  private static func requireRoom(queries: Int, documents: Int) throws(ContrastiveError) {
    for (name, count) in [("queries", queries), ("documents", documents)] {
      try Contrastive.requireRoom(count, bytesEach: 32, named: name)
      try requireParameter(count < Int(Int32.max), name, count, "below \(Int32.max)")
    }
  }

  /// The relevance given, or document i for query i where there is none.
  ///
  /// Throws `ContrastiveError.shape` where it is of other numbers of queries and documents.
  init(_ given: Relevance?, queries: Int, documents: Int) throws(ContrastiveError) {
    guard let given else {
      try self.init(rowByRow: queries, documents: documents)
      return
    }
    guard given.queries == queries, given.documents == documents else {
      throw .shape(
        argument: "relevance", found: "\(given.queries) queries, \(given.documents) documents",
        expected: "\(queries) and \(documents), the rows there are")
    }
    self = given
  }

  /// Number of judgments.
  package var count: Int { columns.count }

  /// The judgments by ascending query, then document.
  package var judgments: [Judgment] {
    (0..<queries).flatMap { query in
      places(of: query).map {
        Judgment(query: query, document: Int(columns[$0]), grade: Int(grades[$0]))
      }
    }
  }

  /// The documents of a query of at least a grade, ascending.
  package func documents(of query: Int, from grade: Int = 1) -> [Int] {
    places(of: query).filter { grades[$0] >= grade }.map { Int(columns[$0]) }
  }

  /// The grade of a document for a query; nil where it is not judged.
  package func grade(of document: Int, for query: Int) -> Int? {
    let own = places(of: query)
    let place = columns[own].partitioningIndex { $0 >= document }
    return place < own.upperBound && columns[place] == document ? Int(grades[place]) : nil
  }

  /// The grades of a query's documents.
  func grades(of query: Int) -> ArraySlice<Int32> { grades[places(of: query)] }

  private func places(of query: Int) -> Range<Int> { starts[query]..<starts[query + 1] }
}
