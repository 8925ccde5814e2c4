// What the Swift blocks of the documentation take for granted: some embeddings, of unit rows.

import Contrastive
import Dispatch

func rows(_ count: Int, _ dimension: Int = 32, seed: UInt64) throws -> Matrix {
  var random = CounterRandom(seed: seed)
  let values = (0..<(count * dimension)).map { _ in random.uniform(-1, 1) }
  return try Matrix(rows: count, columns: dimension, values: values).normalized().rows
}

/// The same where nothing can be thrown.
private func given(_ count: Int, seed: UInt64) -> Matrix {
  do { return try rows(count, seed: seed) } catch { fatalError("\(error)") }
}

let queries = given(16, seed: 1)
let keys = given(16, seed: 2)
let view1 = given(16, seed: 3)
let view2 = given(16, seed: 4)
let embeddings = given(16, seed: 5)
let labels = (0..<16).map { $0 % 4 }
let bank = given(64, seed: 6)
let features = given(1_200, seed: 7)
let laterFeatures = given(1_200, seed: 8)
let questions = given(200, seed: 9)
let answers = given(200, seed: 10)
let newQuestions = given(20, seed: 11)

/// Runs what is asynchronous, and waits for it.
func finishing(_ body: @escaping @Sendable () async throws -> Void) throws {
  let done = DispatchSemaphore(value: 0)
  nonisolated(unsafe) var failure: (any Error)?
  Task {
    do { try await body() } catch { failure = error }
    done.signal()
  }
  done.wait()
  if let failure { throw failure }
}
