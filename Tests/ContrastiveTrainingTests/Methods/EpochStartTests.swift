import ContrastiveCore
import ContrastiveTraining
import Testing

/// What a method is given when an epoch begins.
@Suite struct EpochStartTests {
  /// A pass over all images ends in a canceled task, as every other long call does.
  @Test func projectionsAreCanceled() async throws {
    let data = try SmallRun.data()
    let start = EpochStart(
      epoch: 0, epochs: 1, step: 0, steps: 5, seed: 0, images: data.train,
      scaling: try PixelScaling(of: data.train))
    let encoder = try SmallRun.make(.moco).encoder
    let whole = try start.projections(by: encoder, workers: .one)
    #expect(whole.rows == data.train.count)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try start.projections(by: encoder, workers: .one)
    }
    await #expect(throws: ContrastiveError.canceled) { try await task.value }
  }
}
