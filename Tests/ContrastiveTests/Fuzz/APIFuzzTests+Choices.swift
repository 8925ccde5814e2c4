import Contrastive
import _TestSupport

extension APIFuzzTests {
  static let choices: [(String, Call)] = [
    (
      "PairTerms",
      { draw in
        let (rows, columns) = (draw.size(), draw.size())
        _ = try draw.terms(draw.random.happens(0.1) ? draw.count() : rows, columns)
      }
    ),
    (
      "SuspectedPairs",
      { draw in
        _ = try draw.suspects().among(
          rows: draw.integers(3, below: 9), columns: draw.integers(3, below: 9))
      }
    ),
    (
      "Ring",
      { draw in
        _ = try Ring(
          outer: draw.number(), inner: draw.number(),
          innerMode: draw.random.element(of: Ring.InnerMode.allCases)
        )
        .ranks(of: draw.count())
      }
    ),
    (
      "policy",
      { draw in
        let (rows, columns) = (draw.size(), draw.size())
        _ = try PairTerms(
          rows: rows, columns: columns,
          suspects: draw.integers(draw.size(), below: rows).map {
            PairTerms.Suspect(
              row: $0, column: draw.integers(1, below: columns).first ?? 0,
              confidence: draw.number())
          },
          policy: draw.random.element(of: [
            .exclude, .attract, .reweight, .soften(share: draw.number()),
          ]),
          own: (0..<min(rows, columns)).map { ($0, $0) }, attractsOwn: draw.bool())
      }
    ),
    (
      "negatives with a bank",
      { draw in
        let dimension = 3
        let (rows, columns) = (max(1, draw.size()), max(1, draw.size()))
        let negatives = try draw.negatives(rows, columns, dimension)
        let (queries, keys, bank) = try (
          draw.matrix(rows, dimension), draw.matrix(rows, dimension),
          draw.matrix(columns, dimension)
        )
        let found = try InfoNCE(temperature: 0.5, negatives: negatives).evaluate(
          queries: queries, keys: keys, bank: bank, gradients: [.queries, .keys, .bank],
          workers: draw.workers)
        if !found.loss.isFinite { throw NotFinite() }
      }
    ),
    (
      "negatives in the batch",
      { draw in
        let rows = max(1, draw.size())
        let negatives = try draw.negatives(rows, rows, 3)
        let (queries, keys) = try (draw.matrix(rows, 3), draw.matrix(rows, 3))
        let found = try InfoNCE(temperature: 0.5, symmetric: draw.bool(), negatives: negatives)
          .evaluate(
            queries: queries, keys: keys, gradients: [.queries, .keys], workers: draw.workers)
        if !found.loss.isFinite { throw NotFinite() }
      }
    ),
    (
      "negatives of two views",
      { draw in
        let rows = max(1, draw.size())
        let negatives = try draw.negatives(2 * rows, 2 * rows, 3)
        let (first, second) = try (draw.matrix(rows, 3), draw.matrix(rows, 3))
        let found = try NTXent(temperature: 0.5, negatives: negatives).evaluate(
          view1: first, view2: second, workers: draw.workers)
        if !found.loss.isFinite { throw NotFinite() }
      }
    ),
    (
      "Contrast",
      { draw in
        let rows = draw.size()
        var contrast = try Contrast(draw.matrix(rows, 3), temperature: draw.number())
        try contrast.add(positives: (0..<rows).map { _ in draw.integers(2, below: rows) })
        try contrast.exclude((0..<rows).map { _ in draw.integers(1, below: rows) })
        if draw.bool() {
          _ = try contrast.choose(draw.negatives(rows, rows, 3), workers: draw.workers)
        }
        _ = try contrast.evaluate(columns: draw.bool(), workers: draw.workers)
      }
    ),
  ]
}
