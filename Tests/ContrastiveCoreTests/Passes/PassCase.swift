import ContrastiveCore
import Foundation
import Testing
import _TestSupport

/// Rows, columns, and what passes over them must give, in Double.
struct PassCase {
  let rows: Matrix
  let columns: Matrix
  static let temperature = 0.5

  init(_ rows: Int, _ columns: Int, dimension: Int = 5) throws {
    self.rows = try TestData.matrix(rows, dimension, in: -0.5..<0.5, seed: 1)
    self.columns = try TestData.matrix(columns, dimension, in: -0.5..<0.5, seed: 2)
  }

  init(symmetric rows: Int, dimension: Int = 5) throws {
    self.rows = try TestData.matrix(rows, dimension, in: -0.5..<0.5, seed: 1)
    columns = self.rows
  }

  var row: Operand { Operand("rows", rows) }
  var column: Operand { Operand("columns", columns) }
  var reader: SoftmaxReader { SoftmaxReader(temperature: Self.temperature) }

  /// Weights by which every coefficient differs: exp(s/temperature) · w[r], w = 1 … 7 / rows.
  static func side(_ rows: Int) -> SoftmaxWriter.Side {
    SoftmaxWriter.Side(
      shift: [Float](repeating: 0, count: rows),
      weight: (0..<rows).map { Float(1 + $0 % 7) / Float(rows) })
  }

  private func exponential(_ row: Int, _ column: Int) -> Double {
    let (a, b) = (rows.row(row), columns.row(column))
    let similarity = zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    return exp(similarity / Self.temperature)
  }

  /// Log-sum-exps of some rows.
  func logSums(_ sample: [Int]) -> [Double] {
    sample.map { row in
      log((0..<columns.rows).reduce(0) { $0 + exponential(row, $1) })
    }
  }

  /// Σ weight · exp(s/temperature) · column of some rows; `isPair` adds the columns' own weights.
  func sums(_ sample: [Int], isPair: Bool = false) -> [[Double]] {
    let own = Self.side(rows.rows).weight
    return sample.map { row in
      var sum = [Double](repeating: 0, count: columns.columns)
      for column in 0..<columns.rows {
        let weight = Double(own[row]) + (isPair ? Double(own[column]) : 0)
        let coefficient = weight * exponential(row, column)
        for (place, element) in columns.row(column).enumerated() {
          sum[place] += coefficient * Double(element)
        }
      }
      return sum
    }
  }

  /// Rows to compare in Double: all of few, else those beside the edges of blocks and some others.
  static func sample(_ rows: Int) -> [Int] {
    if rows <= 64 { return Array(0..<rows) }
    let edges = [128, 256, 384, 512].flatMap { [$0 - 1, $0, $0 + 1] }
    return Array(Set(edges + [0, 1, rows / 2, rows - 2, rows - 1]).filter { 0..<rows ~= $0 })
      .sorted()
  }

  static func logSums(_ found: [SoftmaxStatistics]) -> [Double] {
    found.flatMap { block in
      block.sum.indices.map { log(block.sum[$0]) + Double(block.maximum[$0]) / temperature }
    }
  }
}

/// A progress closure that stops a call at its n-th report, and what it was told.
final class StopAt: @unchecked Sendable {
  private let lock = NSLock()
  private let stop: Int
  private var told: [PassProgress] = []

  init(_ stop: Int) { self.stop = stop }

  var reports: [PassProgress] { lock.withLock { told } }

  func callAsFunction(_ progress: PassProgress) -> Bool {
    lock.withLock {
      told.append(progress)
      return told.count < stop
    }
  }
}

extension StopAt {
  /// Stops a call at each of its reports in turn, with 1, 2 and 3 workers: a typed error, within
  /// two tiles; with more workers the first may come to fewer tiles than are asked for.
  ///
  /// Returns what the call gives where it is left alone.
  @discardableResult
  static func eachReport<Found: Equatable>(
    of call: (Workers) throws(ContrastiveError) -> Found
  ) throws -> Found {
    let all = StopAt(.max)
    let expected = try call(.one.reporting { all($0) })
    #expect(all.reports.last?.fraction == 1)
    for stop in 1...all.reports.count {
      for count in [1, 2, 3] {
        let stopping = StopAt(stop)
        let workers = try Workers(count: count).reporting { stopping($0) }
        do {
          let found = try call(workers)
          #expect(found == expected && stopping.reports.count < stop && count > 1)
        } catch {
          #expect(error == .canceled && stopping.reports.count <= stop + 1)
        }
      }
    }
    return expected
  }
}
