import Contrastive

/// The documents of a batch, and which of them are no negatives of a query.
struct AdapterColumns: Sendable {
  /// Numbers of the documents.
  private(set) var documents: [Int]
  /// Where each pair's own document is among them.
  private(set) var places: [Int]
  /// Whether they are a bank, rather than the pairs' own documents row by row.
  let isBank: Bool
  /// What known pairs exclude; nil where nothing.
  private(set) var terms: PairTerms?

  /// - Parameters:
  ///   - pairs: the batch.
  ///   - mined: negatives that join it.
  ///   - all: documents that are negatives instead of the batch's; empty for the batch's.
  ///   - relevance: the known pairs.
  ///   - isOfViews: whether both sides are anchors and columns, queries first.
  init(
    _ pairs: [(query: Int, document: Int)], mined: HardNegatives?, all: [Int],
    relevance: Relevance, isOfViews: Bool
  ) {
    isBank = mined != nil || !all.isEmpty
    documents = pairs.map(\.document)
    places = Array(pairs.indices)
    guard isBank else {
      terms = Self.inBatch(pairs, relevance, isOfViews: isOfViews)
      return
    }
    var place: [Int: Int] = [:]
    var unique: [Int] = []
    func add(_ document: Int) {
      guard place[document] == nil else { return }
      place[document] = unique.count
      unique.append(document)
    }
    for document in all { add(document) }
    for pair in pairs { add(pair.document) }
    for pair in pairs { for document in mined?.documents(of: pair.query) ?? [] { add(document) } }
    documents = unique
    places = pairs.map { place[$0.document] ?? 0 }
    let known = pairs.enumerated().flatMap { row, pair in
      relevance.documents(of: pair.query).compactMap { place[$0] }
        .map { PairTerms.Pair(row: row, column: $0) }
    }
    terms = try? PairTerms(rows: pairs.count, columns: unique.count, pairs: known)
  }

  /// Pairs of the batch that belong together though they were not drawn so.
  private static func inBatch(
    _ pairs: [(query: Int, document: Int)], _ relevance: Relevance, isOfViews: Bool
  ) -> PairTerms? {
    var byDocument: [Int: [Int]] = [:]
    var byQuery: [Int: [Int]] = [:]
    for (row, pair) in pairs.enumerated() {
      byDocument[pair.document, default: []].append(row)
      byQuery[pair.query, default: []].append(row)
    }
    let count = pairs.count
    var found: [PairTerms.Pair] = []
    for (row, pair) in pairs.enumerated() {
      for document in relevance.documents(of: pair.query) {
        for column in byDocument[document] ?? [] where column != row {
          if isOfViews {
            found.append(PairTerms.Pair(row: row, column: count + column))
            found.append(PairTerms.Pair(row: count + column, column: row))
          } else {
            found.append(PairTerms.Pair(row: row, column: column))
          }
        }
      }
      guard isOfViews else { continue }
      for other in byQuery[pair.query] ?? [] where other != row {
        found.append(PairTerms.Pair(row: row, column: other))
      }
      for other in byDocument[pair.document] ?? [] where other != row {
        found.append(PairTerms.Pair(row: count + row, column: count + other))
      }
    }
    guard !found.isEmpty else { return nil }
    let size = isOfViews ? 2 * count : count
    return try? PairTerms(rows: size, columns: size, pairs: found)
  }
}
