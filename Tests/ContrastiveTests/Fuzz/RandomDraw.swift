import Contrastive
import _TestSupport

extension APIFuzzTests {
  /// What calls are made with.
  struct Draw {
    var random: CounterRandom
    let workers: Workers

    init(_ random: CounterRandom) {
      self.random = random
      workers = self.random.element(of: [.one, .all, (try? Workers(count: 3)) ?? .one])
    }

    /// A number of rows or columns.
    mutating func size() -> Int { random.element(of: [0, 1, 1, 2, 3, 4, 5, 8, 17, 40]) }

    /// A count that a user may give.
    mutating func count() -> Int {
      random.element(of: [0, 1, 2, 3, 5, 10, -1, 40, 1_000, .max, .min, 1 << 40, 1 << 62])
    }

    mutating func number() -> Double {
      random.element(
        of: [
          0, 1, 0.5, 0.1, 2, -1, 1e-7, 1e-6, 1e-3, 1e6, 1e300, .infinity, .nan,
          .leastNonzeroMagnitude, -0.0,
        ])
    }

    mutating func matrix(_ rows: Int? = nil, _ columns: Int? = nil) throws -> Matrix {
      let (rows, columns) = (rows ?? size(), columns ?? random.element(of: [1, 2, 3, 3, 8, 0]))
      var values = (0..<(rows * columns)).map { _ in random.uniform(-1, 1) }
      if random.happens(0.15), !values.isEmpty {
        values[random.index(below: values.count)] = random.element(
          of: [.nan, .infinity, 0, .leastNonzeroMagnitude, 1e30, 3e38, -1e19])
      }
      if random.happens(0.1) { values = values.map { _ in 0 } }
      if random.happens(0.1) { values = values.map { $0.rounded() } }
      if random.happens(0.1) {
        let scale = random.element(of: [1e-38, 1e-20, 1e15, 1e18, 1e30] as [Float])
        values = values.map { $0 * scale }
      }
      return try Matrix(rows: rows, columns: columns, values: values)
    }

    /// So many whole numbers, most of them below a bound; sometimes one too many or too few.
    mutating func integers(_ count: Int, below bound: Int) -> [Int] {
      let count = random.happens(0.1) ? max(0, count + random.element(of: [-1, 1])) : count
      var values = (0..<count).map { _ in random.index(below: max(1, bound)) }
      if random.happens(0.15), !values.isEmpty {
        values[random.index(below: values.count)] = random.element(
          of: [-1, -2, bound, .max, .min, 1 << 40])
      }
      return values
    }

    mutating func bool() -> Bool { random.happens(0.5) }

    /// A size of a problem that some machine may hold.
    mutating func extent() -> Int { random.element(of: [0, 1, 2, 3, 40, 1 << 12, 1 << 27, .max]) }

    mutating func shape() -> ProblemShape {
      ProblemShape(
        rows: extent(), views: extent(), columns: extent(), dimension: extent(), queueRows: extent()
      )
    }

    mutating func suspects() throws -> SuspectedPairs {
      let samples = size()
      return try SuspectedPairs(
        samples: random.happens(0.1) ? count() : samples,
        pairs: integers(size(), below: samples).map {
          SuspectedPairs.Pair(
            sample: $0, other: integers(1, below: samples).first ?? 0, confidence: number())
        })
    }

    mutating func terms(_ rows: Int, _ columns: Int) throws -> PairTerms {
      let pairs = integers(size(), below: rows).map { row in
        PairTerms.Pair(
          row: row, column: integers(1, below: columns).first ?? 0,
          weight: random.element(of: [0, 1, 0.5, number()]),
          target: random.element(of: [0, 0, 0.1, number()]))
      }
      return try PairTerms(rows: rows, columns: columns, pairs: pairs)
    }

    mutating func negatives(_ rows: Int, _ columns: Int, _ dimension: Int) throws -> Negatives {
      Negatives(
        pairs: bool() ? try terms(rows, columns) : nil,
        falseNegatives: random.happens(0.3)
          ? FalseNegativeTreatment(
            try FalseNegatives(topK: count(), threshold: number()),
            mode: random.element(of: FalseNegativeTreatment.Mode.allCases),
            support: bool() ? try matrix(rows, dimension) : nil) : nil,
        ring: random.happens(0.3)
          ? try Ring(
            outer: number(), inner: number(),
            innerMode: random.element(of: Ring.InnerMode.allCases),
            sample: bool() ? .drawn(count: count()) : .given(integers(size(), below: columns)))
          : nil,
        mixing: random.happens(0.2)
          ? .drawn(try HardNegativeMixing(hardest: count(), pairs: 2, queryPairs: 1)) : nil,
        hardness: random.happens(0.2)
          ? try HardNegativeWeights(beta: number(), tauPlus: number(), detached: bool()) : nil)
    }
  }
}
