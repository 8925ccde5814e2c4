import ContrastiveCore
import Foundation
import Testing
import _TestSupport

@Suite struct SoftTargetReaderTests {
  /// Students and teachers of 3 rows as `TwinRows` has them: first the ones, then the others.
  private func read(
    _ all: Similarities, _ reader: SoftTargetReader, spans: [Range<Int>]
  ) -> (statistics: SoftTargetReader.Statistics, sums: [Double]) {
    var found = reader.start(rows: 0..<all.rows)
    var sums = [Double](repeating: 0, count: all.rows)
    for span in spans {
      var rescale = [Float](repeating: 1, count: all.rows)
      let left = all.tile(0..<all.rows, span) { tile in
        rescale.withUnsafeMutableBufferPointer { rescale in
          guard let base = rescale.baseAddress else { return }
          reader.readAndWrite(tile, into: &found, rescale: base)
        }
      }
      for row in 0..<all.rows {
        let part = left[(row * span.count)..<((row + 1) * span.count)]
        sums[row] = sums[row] * Double(rescale[row]) + part.reduce(0) { $0 + Double($1) }
      }
    }
    return (found, sums)
  }

  private func expectDefinition(
    _ found: SoftTargetReader.Statistics, _ all: Similarities, _ comment: Comment
  ) {
    let half = all.rows / 2
    let students = SoftmaxDefinition.rows(all, temperature: 0.3)
    let teachers = SoftmaxDefinition.rows(all, temperature: 0.1)
    expectClose(found.student, Array(students[..<half]), comment)
    expectClose(found.teacher, Array(teachers[half...]), comment)
    for row in 0..<half {
      let gap = (0..<all.columns).reduce(0.0) {
        $0 + exp((Double(all[half + row, $1]) - teachers[half + row].maximum) / 0.1)
          * (students[row].maximum - Double(all[row, $1]))
      }
      #expect(abs(found.gaps[row] - gap) <= 3e-6 * max(gap, 1e-3), comment)
    }
  }

  @Test(arguments: [1, 3, 17, 61]) func agreesWithDouble(_ width: Int) {
    let all = Similarities(6, width, seed: 1)
    let reader = SoftTargetReader(temperature: 0.3, targetTemperature: 0.1)
    for cut in Similarities.cuts(width) {
      expectDefinition(
        read(all, reader, spans: Array(cut.joined())).statistics, all, "\(cut.joined().count)")
      let parts = cut.map { read(all, reader, spans: $0).statistics }
      var merged = parts[0]
      for part in parts.dropFirst() {
        var (keep, add) = ([Float](repeating: 1, count: 6), [Float](repeating: 1, count: 6))
        keep.withUnsafeMutableBufferPointer { keep in
          add.withUnsafeMutableBufferPointer { add in
            guard let keep = keep.baseAddress, let add = add.baseAddress else { return }
            reader.merge(part, into: &merged, keep: keep, add: add)
          }
        }
      }
      expectDefinition(merged, all, "\(cut.count) merged")
    }
  }

  /// What is in the tiles and what was set apart is all there is.
  @Test func columnsSetApartCompleteTheSums() {
    let all = Similarities(4, 30, TestData.numbers(120, seed: 4).map { 6 * $0 })
    let reader = SoftTargetReader(temperature: 0.3, targetTemperature: 0.1)
    let spans = [0..<10, 10..<11, 11..<30]
    var (found, sums) = read(all, reader, spans: spans)
    #expect(!found.apart.isEmpty)
    for apart in found.apart {
      for (row, side, maximum, temperature) in [
        (apart.row, apart.student, found.student.maximum[apart.row], 0.3),
        (2 + apart.row, apart.teacher, found.teacher.maximum[apart.row], 0.1),
      ] {
        sums[row] +=
          Double(side.weight) * exp((Double(side.maximum) - Double(maximum)) / temperature)
      }
    }
    expectClose(sums, found.student.sum + found.teacher.sum, within: 1e-6)
  }
}
