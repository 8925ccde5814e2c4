/// The softmax of students and, over the same columns, of their teachers.
///
/// The teachers' probabilities are the students' targets; rows are students and teachers as
/// `TwinRows` interleaves them.
///
/// Both keep what `SoftmaxReader` keeps, each at its own temperature. With e the teacher's
/// exponentials and s, m the student's similarities and their maximum, Σ e · (m − s) ≥ 0 is kept
/// too: the cross-entropy is log Σ exp((s − m)/temperature) + that / (Σ e · temperature), a sum in
/// which nothing cancels.
///
/// A column that holds more than half of a row's mass so far is kept apart from both accumulated
/// rows and listed: where student and teacher agree on it, the difference of the accumulated rows
/// would otherwise be rounding.
package struct SoftTargetReader: OnlineReader {
  /// Excluded entries.
  package let exclusions: [Exclusion]
  private let student: SoftmaxReader
  private let teacher: SoftmaxReader
  private let kernels = RowKernels.best

  package init(
    temperature: Double, targetTemperature: Double, excluding exclusions: [Exclusion] = []
  ) {
    self.exclusions = exclusions
    student = SoftmaxReader(temperature: temperature)
    teacher = SoftmaxReader(temperature: targetTemperature)
  }

  /// What is known of the students and teachers of a block.
  package struct Statistics: Sendable {
    package var student: SoftmaxStatistics
    package var teacher: SoftmaxStatistics
    /// Σ e_teacher · (student's maximum − s).
    package var gaps: [Double]
    /// Columns kept apart from the accumulated rows.
    package var apart: [Apart]
  }

  /// A column that is kept apart from a student's and its teacher's accumulated row.
  package struct Apart: BitwiseCopyable, Sendable {
    package let row: Int
    package let column: Int
    /// exp((s − maximum)/temperature) and the maximum at the time.
    package let student: (weight: Float, maximum: Float)
    /// The same of the teacher.
    package let teacher: (weight: Float, maximum: Float)
  }

  package func start(rows: Range<Int>) -> Statistics {
    let rows = TwinRows.rows(of: rows)
    return Statistics(
      student: student.start(rows: rows), teacher: teacher.start(rows: rows),
      gaps: [Double](repeating: 0, count: rows.count), apart: [])
  }

  package func readAndWrite(
    _ tile: Tile, into statistics: inout Statistics, rescale: UnsafeMutablePointer<Float>
  ) {
    let width = tile.columns.count
    let (students, teachers) = TwinRows.tiles(of: tile)
    let rows = students.rows
    exclusions.apply(to: students)
    exclusions.apply(to: teachers)
    let tops = (0..<rows.count).map { kernels.maximum(students.row($0), count: width) }
    for row in 0..<rows.count where statistics.teacher.sum[row] > 0 {
      let rise = Double(tops[row]) - Double(statistics.student.maximum[row])
      if rise > 0 { statistics.gaps[row] += statistics.teacher.sum[row] * rise }
    }
    teacher.readAndWrite(teachers, into: &statistics.teacher, rescale: rescale + rows.count)
    for row in 0..<rows.count {
      let top = max(statistics.student.maximum[row], tops[row])
      statistics.gaps[row] =
        statistics.gaps[row] * Double(rescale[rows.count + row])
        + kernels.weightedGap(
          weights: teachers.row(row), values: students.row(row), count: width, top: top)
    }
    student.readAndWrite(students, into: &statistics.student, rescale: rescale)
    for row in 0..<rows.count {
      if statistics.student.sum[row] < 2, rescale[row] != 1 {
        setApart(of: students, row: row, students, teachers, &statistics)
      }
      if statistics.teacher.sum[row] < 2, rescale[rows.count + row] != 1 {
        setApart(of: teachers, row: row, students, teachers, &statistics)
      }
    }
  }

  /// Moves the column at a row's maximum, exponential 1, out of the tile.
  private func setApart(
    of side: Tile, row: Int, _ students: Tile, _ teachers: Tile, _ statistics: inout Statistics
  ) {
    let values = side.row(row)
    guard let place = (0..<side.columns.count).first(where: { values[$0] == 1 }) else { return }
    statistics.apart.append(
      Apart(
        row: side.rows.lowerBound + row, column: side.columns.lowerBound + place,
        student: (students.row(row)[place], statistics.student.maximum[row]),
        teacher: (teachers.row(row)[place], statistics.teacher.maximum[row])))
    students.row(row)[place] = 0
    teachers.row(row)[place] = 0
  }

  package func merge(
    _ later: Statistics, into statistics: inout Statistics,
    keep: UnsafeMutablePointer<Float>, add: UnsafeMutablePointer<Float>
  ) {
    let count = statistics.gaps.count
    func rise(_ row: Int) -> (Double, Double) {
      let (old, new) = (statistics.student.maximum[row], later.student.maximum[row])
      let top = Double(max(old, new))
      return (
        statistics.teacher.sum[row] > 0 ? statistics.teacher.sum[row] * (top - Double(old)) : 0,
        later.teacher.sum[row] > 0 ? later.teacher.sum[row] * (top - Double(new)) : 0
      )
    }
    let risen = (0..<count).map(rise)
    student.merge(later.student, into: &statistics.student, keep: keep, add: add)
    teacher.merge(later.teacher, into: &statistics.teacher, keep: keep + count, add: add + count)
    for row in 0..<count {
      statistics.gaps[row] =
        Double(keep[count + row]) * (statistics.gaps[row] + risen[row].0)
        + Double(add[count + row]) * (later.gaps[row] + risen[row].1)
    }
    statistics.apart += later.apart
  }
}

extension SoftTargetReader.Statistics: Portable {
  package init(from packet: inout PacketReader) {
    student = SoftmaxStatistics(from: &packet)
    teacher = SoftmaxStatistics(from: &packet)
    gaps = packet.take()
    apart = packet.take()
  }

  package func add(to packet: inout Packet) {
    student.add(to: &packet)
    teacher.add(to: &packet)
    packet.add(gaps)
    packet.add(apart)
  }
}
