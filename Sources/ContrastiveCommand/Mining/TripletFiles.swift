import Contrastive
import ContrastiveFiles

/// Files of triplets for sentence-transformers: anchor, positive, negative, and the negative's
/// similarity as score.
struct TripletFiles {
  private let csv: OutputFile?
  private let jsonl: OutputFile?
  private let queryTexts: [String]?
  private let documentTexts: [String]?
  private let names: (queries: String?, documents: String?)

  /// Reads the texts, where triplets are wanted.
  init(
    csv: OutputFile?, jsonl: OutputFile?, queryTexts: String?, documentTexts: String?
  ) throws(ContrastiveError) {
    guard csv != nil || jsonl != nil || (queryTexts == nil && documentTexts == nil) else {
      throw .parameter(
        name: queryTexts == nil ? "document-texts" : "query-texts", found: "texts",
        expected: "--csv or --jsonl to write them to")
    }
    self.csv = csv
    self.jsonl = jsonl
    self.queryTexts = try queryTexts.map { path throws(ContrastiveError) in
      try TextRows.read(path: path)
    }
    self.documentTexts = try documentTexts.map { path throws(ContrastiveError) in
      try TextRows.read(path: path)
    }
    names = (queryTexts, documentTexts)
  }

  /// Checks that there is a text for each row.
  func requireTexts(queries: Int, documents: Int) throws(ContrastiveError) {
    for (name, texts, rows) in [
      (names.queries, queryTexts, queries), (names.documents, documentTexts, documents),
    ] {
      guard let name, let texts, texts.count != rows else { continue }
      throw .shape(
        argument: name, found: "\(texts.count) texts", expected: "\(rows), one for each row")
    }
  }

  /// Writes the triplets.
  func write(
    _ found: HardNegatives, relevance: Relevance, evidence: [Float]?
  ) throws(ContrastiveError) {
    try csv?.write { line throws(ContrastiveError) in
      try line("anchor,positive,negative,score" + (evidence == nil ? "" : ",evidence"))
      try forEach(found, relevance) { query, positive, negative, place throws(ContrastiveError) in
        let fields =
          [text(queryTexts, query), text(documentTexts, positive)]
          + [text(documentTexts, negative)]
        let doubt = evidence.map { ",\($0[place])" } ?? ""
        try line(
          fields.map(csvField).joined(separator: ",") + ",\(found.similarities[place])" + doubt)
      }
    }
    try jsonl?.write { line throws(ContrastiveError) in
      try forEach(found, relevance) { query, positive, negative, place throws(ContrastiveError) in
        let doubt = evidence.map { ",\"evidence\":\($0[place])" } ?? ""
        let texts = try [
          json(queryTexts, query), json(documentTexts, positive), json(documentTexts, negative),
        ]
        try line(
          "{\"anchor\":\(texts[0]),\"positive\":\(texts[1]),\"negative\":\(texts[2]),"
            + "\"score\":\(found.similarities[place])\(doubt)}")
      }
    }
  }

  private func forEach(
    _ found: HardNegatives, _ relevance: Relevance,
    _ body: (_ query: Int, _ positive: Int, _ negative: Int, _ place: Int) throws(ContrastiveError)
      -> Void
  ) throws(ContrastiveError) {
    for query in 0..<found.queries {
      for positive in relevance.documents(of: query) {
        for (index, negative) in found.documents(of: query).enumerated() {
          try body(query, positive, negative, query * found.perQuery + index)
        }
      }
    }
  }

  private func text(_ texts: [String]?, _ row: Int) -> String { texts?[row] ?? "\(row)" }

  private func json(_ texts: [String]?, _ row: Int) throws(ContrastiveError) -> String {
    guard let texts else { return "\(row)" }
    return try JSONText.encode(texts[row])
  }
}
