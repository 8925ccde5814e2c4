import Contrastive
import ContrastiveCore
import Testing
import _TestSupport

/// What evaluations hold, measured, against what they state.
///
/// The count is one of the whole process, so each measurement has a process of its own.
@Suite struct ScratchTests {
  /// At most 1.1 times what is stated, and more than two fifths of it.
  @Test func measuredIsAsStated() async {
    await #expect(processExitsWith: .success) {
      let two = try Workers(count: 2)
      let queries = try TestData.embeddings(256, 16, seed: 1)
      let keys = try TestData.embeddings(256, 16, seed: 2)
      let bank = try TestData.embeddings(8_192, 16, seed: 3)
      let views = ProblemShape(rows: 256, dimension: 16)
      let whole = ProblemShape(rows: 8_192, dimension: 16)
      let banked = ProblemShape(rows: 256, columns: 8_192, dimension: 16)
      func check(_ name: String, _ stated: Int, _ body: () throws -> Void) throws {
        Scratch.resetPeak()
        try body()
        let ratio = Double(Scratch.peakBytes) / Double(stated)
        precondition(ratio <= 1.1, "\(name): \(ratio) of the bytes stated")
        precondition(ratio > 0.4, "\(name): \(ratio) of the bytes stated")
      }
      try check(
        "InfoNCE",
        InfoNCE().scratchBytes(
          for: ProblemShape(rows: 256, columns: 8_192, dimension: 16), workers: two)
      ) {
        _ = try InfoNCE().evaluate(
          queries: queries, keys: keys, bank: bank, gradients: [.queries, .bank], workers: two)
      }
      try check(
        "InfoNCE in the batch",
        InfoNCE().scratchBytes(for: ProblemShape(rows: 256, dimension: 16), workers: two)
      ) {
        _ = try InfoNCE().evaluate(
          queries: queries, keys: keys, gradients: [.queries, .keys], workers: two)
        _ = try InfoNCE().evaluate(queries: queries, keys: keys, workers: two)
      }
      let half = try HalfMatrix(rounding: bank)
      try check(
        "InfoNCE, a bank in half precision",
        InfoNCE().scratchBytes(
          for: ProblemShape(rows: 256, columns: 8_192, dimension: 16, bankPrecision: .half),
          workers: two)
      ) {
        _ = try InfoNCE().evaluate(
          queries: queries, keys: keys, bank: half, gradients: [.queries], workers: two)
      }
      let ofBoth = try InfoNCE(symmetric: true)
      try check("InfoNCE, both directions", ofBoth.scratchBytes(for: views, workers: two)) {
        _ = try ofBoth.evaluate(queries: queries, keys: keys, workers: two)
      }
      try check("NTXent", NTXent().scratchBytes(for: views, workers: two)) {
        _ = try NTXent().evaluate(view1: queries, view2: keys, workers: two)
      }
      try check("HCL", HCL().scratchBytes(for: views, workers: two)) {
        _ = try HCL().evaluate(view1: queries, view2: keys, workers: two)
      }
      try check("DCL", DCL().scratchBytes(for: views, workers: two)) {
        _ = try DCL().evaluate(view1: queries, view2: keys, workers: two)
      }
      try check("SupCon", SupCon().scratchBytes(for: whole, workers: two)) {
        _ = try SupCon().evaluate(
          embeddings: bank, labels: (0..<8_192).map { $0 % 100 }, workers: two)
      }
      try check("FNC", FNC(search: FalseNegatives()).scratchBytes(for: whole, workers: two)) {
        _ = try FNC(search: FalseNegatives()).evaluate(embeddings: bank, views: 2, workers: two)
      }
      try check(
        "SCE",
        SCE().scratchBytes(for: banked, workers: two)
      ) {
        _ = try SCE().evaluate(queries: queries, keys: keys, bank: bank, workers: two)
      }
      try check(
        "ReSSL",
        ReSSL().scratchBytes(for: banked, workers: two)
      ) {
        _ = try ReSSL().evaluate(queries: queries, keys: keys, bank: bank, workers: two)
      }
      try check(
        "SwAV",
        SwAV().scratchBytes(
          for: ProblemShape(rows: 256, views: 3, columns: 512, dimension: 16), workers: two)
      ) {
        _ = try SwAV().evaluate(
          views: bank.rows(0..<768), count: 3, prototypes: bank.rows(0..<512), workers: two)
      }
      // Of these most is stated for what finds ranks, which is not counted.
      let cns = try CNS(ring: Ring())
      Scratch.resetPeak()
      _ = try cns.evaluate(queries: queries, keys: keys, bank: bank, workers: two)
      let stated = cns.scratchBytes(for: banked, workers: two)
      precondition(Double(Scratch.peakBytes) <= 1.1 * Double(stated), "CNS")
    }
  }

  /// What no machine holds is stated, too: nothing overflows.
  @Test func largestShapesAreStated() throws {
    let most = Int.max
    let shapes = [1, 2, 3, most].flatMap { views in
      BankSlots.Precision.allCases.map {
        ProblemShape(
          rows: most, views: views, columns: most, dimension: most, queueRows: most,
          bankPrecision: $0)
      }
    }
    for shape in shapes + [ProblemShape(rows: 3, views: most, dimension: most, queueRows: most)] {
      let workers = try Workers(count: 7)
      for stated in [
        try InfoNCE().scratchBytes(for: shape, workers: workers),
        try NTXent().scratchBytes(for: shape, workers: workers),
        try SupCon().scratchBytes(for: shape, workers: workers),
        try FNC(search: FalseNegatives()).scratchBytes(for: shape, workers: workers),
        try SCE().scratchBytes(for: shape, workers: workers),
        try SwAV(assignedViews: 100).scratchBytes(for: shape, workers: workers),
        try CNS(ring: Ring()).scratchBytes(for: shape, workers: workers),
        try InvP().scratchBytes(for: shape, workers: workers),
        try SigLIP().scratchBytes(for: shape, workers: workers),
      ] { #expect(stated > 0) }
    }
  }

  /// Once freed blocks are kept, a second evaluation gets those of the first, up to a bound.
  @Test func freedBlocksAreUsedAgain() async {
    await #expect(processExitsWith: .success) {
      func address(_ count: Int) -> Int { Int(bitPattern: Scratch(count: count).memory.base) }
      FreedMemory.keep()
      let first = address(2 << 20)
      _ = address(1 << 20)
      precondition(address(2 << 20) == first)
      precondition(FreedMemory.heldBytes == 12 << 20)
      // More than is ever held: nothing is.
      _ = address(40 << 20)
      precondition(FreedMemory.heldBytes == 0)
    }
  }
}
