import Contrastive
import _TestSupport

extension APIFuzzTests {
  static let banks: [(String, Call)] = [
    (
      "QueueBank",
      { draw in
        let dimension = draw.random.element(of: [1, 3, draw.count()])
        var bank = try QueueBank(
          capacity: draw.count(), dimension: dimension,
          precision: draw.random.element(of: BankSlots.Precision.allCases))
        for _ in 0..<3 {
          let rows = try draw.matrix(nil, draw.random.element(of: [bank.dimension, 2]))
          try? bank.enqueue(
            rows, ids: draw.bool() ? nil : draw.integers(rows.rows, below: 9),
            labels: draw.bool() ? nil : draw.integers(rows.rows, below: 3),
            step: draw.bool() ? nil : draw.count())
        }
        let queries = try draw.matrix(3, bank.dimension)
        let columns = try bank.columns(
          for: draw.integers(3, below: 9), own: draw.random.element(of: OwnEntries.allCases),
          olderThan: draw.bool() ? nil : draw.count(), at: draw.bool() ? nil : draw.count(),
          suspects: draw.bool() ? nil : draw.suspects())
        _ = try InfoNCE(negatives: Negatives(pairs: columns.pairs)).evaluate(
          queries: queries, keys: queries, bank: columns, workers: draw.workers)
      }
    ),
    (
      "SampleBank",
      { draw in
        var bank = try SampleBank(
          samples: draw.random.element(of: [1, 5, 9, draw.count()]),
          dimension: draw.random.element(of: [1, 3, draw.count()]),
          momentum: draw.random.element(of: [0.5, 0, draw.number()]))
        for _ in 0..<3 {
          let rows = try draw.matrix(nil, draw.random.element(of: [bank.dimension, 2]))
          try? bank.update(
            rows, ids: draw.integers(rows.rows, below: 9), step: draw.bool() ? nil : draw.count())
        }
        _ = bank.oldestFirst
        _ = try bank.columns(
          for: draw.integers(3, below: 9), olderThan: draw.bool() ? nil : draw.count())
      }
    ),
    (
      "BankSlots",
      { draw in
        let count = draw.size()
        let slots = try BankSlots(
          dimension: draw.count(), elements: .single((0..<count).map(Float.init)),
          ids: draw.integers(count, below: 9),
          labels: draw.integers(count, below: 3), steps: draw.integers(count, below: 3))
        _ = try QueueBank(slots: slots, nextSlot: draw.count(), lastStep: draw.count())
        _ = try SampleBank(slots: slots, momentum: draw.number(), lastStep: draw.count())
      }
    ),
  ]
}
