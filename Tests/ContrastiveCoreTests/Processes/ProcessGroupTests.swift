import ContrastiveCore
import Testing
import _TestSupport

/// What processes send each other, and that passes have the same bits for any number of them.
@Suite struct ProcessGroupTests {
  static let sizes = [1, 2, 3, 4, 7]

  @Test(arguments: sizes, [0, 1, 2, 5, 64]) func sharesCoverAllPieces(
    _ size: Int, _ pieces: Int
  ) throws {
    for result in ThreadedProcess.run(
      size,
      { group in
        let shares = (0..<size).map { group.share(of: pieces, rank: $0) }
        let owners = (0..<pieces).map { group.owner(of: $0, of: pieces) }
        return (shares, owners)
      })
    {
      let (shares, owners) = try result.get()
      #expect(shares.flatMap(Array.init) == Array(0..<pieces))
      #expect(owners.indices.allSatisfy { shares[owners[$0]].contains($0) })
      let counts = shares.map(\.count)
      #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
    }
  }

  @Test(arguments: sizes) func packetsArriveInOrder(_ size: Int) throws {
    for result in ThreadedProcess.run(
      size,
      { group in
        // The first sends nothing, as a process without a share does.
        group.gather([UInt8](repeating: UInt8(group.rank), count: 1_000 * group.rank))
      })
    {
      let found = try result.get()
      #expect(found == (0..<size).map { [UInt8](repeating: UInt8($0), count: 1_000 * $0) })
    }
  }

  @Test(arguments: sizes, [0, 1, 3, 50]) func piecesFillMemory(_ size: Int, _ pieces: Int) throws {
    for result in ThreadedProcess.run(
      size,
      { group in
        var values = [Int32](repeating: -1, count: 3 * pieces)
        values.withMutableSharedMemory { memory in
          Workers.all.sharing(with: group).forEach(pieces, filling: memory, from: { 3 * $0 }) {
            piece, _ in
            for place in (3 * piece)..<(3 * piece + 3) { memory[place] = Int32(place) }
          }
        }
        return values
      })
    {
      #expect(try result.get() == (0..<Int32(3 * pieces)).map(\.self))
    }
  }

  @Test(arguments: sizes, [0, 1, 3, 50]) func numbersAddUp(_ size: Int, _ count: Int) throws {
    for result in ThreadedProcess.run(
      size,
      { group in
        var numbers = (0..<count).map { Int64($0 - 7) << (8 * group.rank) }
        numbers.withMutableSharedMemory { group.addUp($0) }
        return numbers
      })
    {
      #expect(
        try result.get()
          == (0..<count).map { place in
            (0..<size).reduce(0) { $0 + Int64(place - 7) << (8 * $1) }
          })
    }
  }

  @Test func statisticsTravelToTheBit() {
    var statistics = SoftmaxStatistics(rows: 3)
    statistics.maximum = [-.infinity, 0.25, .pi]
    statistics.sum = [0, 1e-300, 7]
    statistics.spread = [-0.0, 0.1, 1e300]
    var packet = Packet()
    [statistics, SoftmaxStatistics(rows: 0)].add(to: &packet)
    var reader = PacketReader(packet.bytes)
    let found = [SoftmaxStatistics](from: &reader)
    #expect(reader.isAtEnd)
    #expect(found[0].maximum == statistics.maximum && found[0].sum == statistics.sum)
    #expect(found[0].spread.map(\.bitPattern) == statistics.spread.map(\.bitPattern))
    #expect(found[1].sum.isEmpty)
  }

  /// Few rows of many columns, where single units are shared; and many rows, where blocks are.
  @Test(arguments: sizes, [(3, 5_000), (700, 900), (2_100, 40), (1, 1)])
  func rectangle(_ size: Int, _ shape: (rows: Int, columns: Int)) throws {
    let rows = try PassInputs.drawn("rows", rows: shape.rows, seed: 1)
    let columns = try PassInputs.drawn("columns", rows: shape.columns, seed: 2)
    try expectSame(size) { workers in
      let pass = RectanglePass(rows: rows, columns: columns)
      let (statistics, sums) = try pass.readAndSum(
        SoftmaxReader(temperature: 0.1), workers: workers)
      let nearest = try pass.read(TopKReader(k: min(5, shape.columns)), workers: workers)
      let writer = SoftmaxWriter(
        temperature: 0.1,
        rows: SoftmaxWriter.Side(
          shift: statistics.flatMap(\.maximum), weight: statistics.flatMap(\.maximum)))
      return [
        statistics.flatMap(\.sum), (sums?.values ?? []).map(Double.init),
        nearest.flatMap(\.best).joined().map { Double($0) },
        try pass.sums(writer, workers: workers).values.map(Double.init),
      ]
    }
  }

  /// Sums that stay with their processes are, one after the other, those that are sent to all.
  @Test(arguments: sizes, [(3, 5_000), (700, 900), (2_100, 40), (1, 1)])
  func rectangleOfOwnRows(_ size: Int, _ shape: (rows: Int, columns: Int)) throws {
    let rows = try PassInputs.drawn("rows", rows: shape.rows, seed: 1)
    let columns = try PassInputs.drawn("columns", rows: shape.columns, seed: 2)
    let pass = RectanglePass(rows: rows, columns: columns)
    let reader = SoftmaxReader(temperature: 0.1)
    let all = try pass.readAndSum(reader, workers: .all)
    let maxima = all.statistics.flatMap(\.maximum)
    let writer = SoftmaxWriter(
      temperature: 0.1, rows: SoftmaxWriter.Side(shift: maxima, weight: maxima))
    let written = try pass.sums(writer, workers: .all)
    var next = 0
    for result in ThreadedProcess.run(
      size,
      { group in
        let workers = Workers.all.sharing(with: group)
        let found = try pass.readAndSum(reader, keepingOwn: true, workers: workers)
        #expect(found.statistics.flatMap(\.maximum) == maxima)
        return (
          pass.ownRows(workers), found.sums,
          try pass.sums(writer, keepingOwn: true, workers: workers)
        )
      })
    {
      let (own, sums, others) = try result.get()
      #expect(sums == all.sums?.rows(own) && others == written.rows(own))
      // With fewer blocks than processes all have all.
      #expect(own.lowerBound == next || own == 0..<shape.rows)
      next = own.upperBound
    }
    #expect(next == shape.rows)
  }

  @Test(arguments: sizes, [1, 100, 129, 700, 1_100]) func symmetric(_ size: Int, _ count: Int)
    throws
  {
    let rows = try PassInputs.drawn("rows", rows: count, seed: 3)
    try expectSame(size) { workers in
      let pass = SymmetricPass(rows)
      let (statistics, kept) = try pass.readKeeping(PassInputs.reader, workers: workers)
      let sums = try pass.sums(PassInputs.writer(statistics), kept: kept, workers: workers)
      return [statistics.flatMap(\.sum), sums.values.map(Double.init)]
    }
  }

  @Test(arguments: sizes, [1, 129, 700, 1_100]) func crossing(_ size: Int, _ count: Int) throws {
    let rows = try PassInputs.drawn("rows", rows: count, seed: 4)
    let columns = try PassInputs.drawn("columns", rows: count, seed: 5)
    try expectSame(size) { workers in
      let pass = CrossingPass(rows, columns)
      let (own, other, kept) = try pass.readBothKeeping(
        PassInputs.reader, maxBytes: 1 << 18, workers: workers)
      let sums = try pass.sums(PassInputs.writer(own), kept: kept, workers: workers)
      let sigmoid = try pass.readAndSum(SigmoidReader(scale: 10, bias: -3), workers: workers)
      return [
        own.flatMap(\.sum), other.flatMap(\.sum), sums.rows.values.map(Double.init),
        sums.columns.values.map(Double.init), sigmoid.statistics.flatMap(\.loss),
        sigmoid.rows.values.map(Double.init), sigmoid.columns.values.map(Double.init),
      ]
    }
  }

  @Test(arguments: sizes, [1, 700, 1_100]) func crossingOfOwnRows(
    _ size: Int, _ count: Int
  ) throws {
    let rows = try PassInputs.drawn("rows", rows: count, seed: 4)
    let columns = try PassInputs.drawn("columns", rows: count, seed: 5)
    let pass = CrossingPass(rows, columns)
    let reader = SigmoidReader(scale: 10, bias: -3)
    let (own, _, _) = try pass.readBothKeeping(PassInputs.reader, workers: .all)
    let sums = try pass.sums(PassInputs.writer(own), workers: .all)
    let sigmoid = try pass.readAndSum(reader, workers: .all)
    var next = 0
    for result in ThreadedProcess.run(
      size,
      { group in
        let workers = Workers.all.sharing(with: group)
        let (_, _, kept) = try pass.readBothKeeping(
          PassInputs.reader, maxBytes: 1 << 18, workers: workers)
        return (
          pass.ownRows(workers) ?? 0..<count,
          try pass.sums(PassInputs.writer(own), kept: kept, keepingOwn: true, workers: workers),
          try pass.readAndSum(reader, keepingOwn: true, workers: workers)
        )
      })
    {
      let (range, found, read) = try result.get()
      #expect(found.rows == sums.rows.rows(range) && found.columns == sums.columns.rows(range))
      #expect(read.statistics.flatMap(\.loss) == sigmoid.statistics.flatMap(\.loss))
      #expect(read.rows == sigmoid.rows.rows(range))
      #expect(read.columns == sigmoid.columns.rows(range))
      // With fewer blocks than processes all have all.
      #expect(range.lowerBound == next || range == 0..<count)
      next = range.upperBound
    }
    #expect(next == count)
  }

  /// The element that one process finds is named by all.
  @Test(arguments: [2, 3]) func faultsAreEverybodys(_ size: Int) throws {
    var rows = try TestData.matrix(1_200, 5, seed: 1)
    rows[1_100, 3] = .nan
    let operand = Operand("queries", rows)
    for result in ThreadedProcess.run(
      size,
      { group in
        try SymmetricPass(operand).read(
          PassInputs.reader, workers: Workers.one.sharing(with: group)
        ).count
      })
    {
      #expect(
        throws: ContrastiveError.nonFinite(argument: "queries", row: 1_100, column: 3, found: "nan")
      ) { try result.get() }
    }
  }

  /// Expects numbers to have the same bits in every process as without any.
  private func expectSame(
    _ size: Int, _ body: @escaping @Sendable (Workers) throws -> [[Double]]
  ) throws {
    let alone = try body(.all)
    #expect(!alone.isEmpty)
    for result in ThreadedProcess.run(size, { try body(Workers.all.sharing(with: $0)) }) {
      let found = try result.get()
      for (a, b) in zip(found, alone) { #expect(a.map(\.bitPattern) == b.map(\.bitPattern)) }
      #expect(found.count == alone.count)
    }
  }
}
