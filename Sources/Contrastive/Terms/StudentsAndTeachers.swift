/// Softmax of each query and of its key over the same columns, in one pass.
///
/// The query is a student at one temperature, its key the teacher at another; the teacher's
/// probabilities are targets, constants.
struct StudentsAndTeachers: Sendable {
  /// The students' statistics by row block.
  let blocks: [SoftmaxStatistics]
  /// log Σ exp((s − m)/temperature) ≥ 0 of each student, m its largest similarity; 0 without
  /// columns.
  let logSum: [Double]
  /// m − Σ (teacher's probability) · s ≥ 0, with the student's similarities.
  let targetGap: [Double]
  /// log Σ exp(s/temperature) of each teacher; −∞ without columns.
  let teacherLogSum: [Double]
  /// How far off logits are in 16 bits; nil in Float32.
  let errors: SoftTargetErrors?

  private let teacherSum: [Double]
  private let studentRows: Matrix?
  private let teacherRows: Matrix?
  /// Columns that the sums lack.
  let apart: [Apart]

  /// A column that holds much of the mass of a student or its teacher.
  struct Apart: Sendable {
    let row: Int
    let column: Int
    /// Its probabilities.
    let student: Double
    let teacher: Double
    /// ⟨query, column⟩ as the pass has it, where its exponential still tells.
    let similarity: Double?
  }

  /// Checks that each query has a column to compare with its key: else it has no target.
  ///
  /// - Throws: `ContrastiveError.index`.
  func requireColumns() throws(ContrastiveError) {
    if let row = teacherLogSum.firstIndex(of: -.infinity) {
      throw .index(
        argument: "queries", position: row, found: "a query without a row of the bank",
        expected: "one that is not excluded")
    }
  }

  /// One pass of 2N rows.
  ///
  /// In 16 bits the teachers' similarities are in Float32 all the same: their temperature is the
  /// lower one, and what is off in the targets no later step makes up for.
  init(
    queries: Operand, keys: Operand, columns: Operand, temperature: Double,
    targetTemperature: Double, excluding exclusions: [Exclusion], summing: Bool,
    workers: Workers
  ) throws(ContrastiveError) {
    try queries.requireFinite()
    try keys.requireFinite()
    let columns = try columns.inPrecision(of: workers)
    let queries = try queries.inPrecision(of: workers)
    errors = SoftTargetErrors(
      queries, keys, columns, temperature: temperature, targetTemperature: targetTemperature)
    let rows = TwinRows.operand("queries", queries, keys, columns: columns.rows)
    let (found, sums) = try RectanglePass(rows: rows, columns: columns).readAndSum(
      SoftTargetReader(
        temperature: temperature, targetTemperature: targetTemperature, excluding: exclusions),
      summing: summing, workers: workers)
    blocks = found.map(\.student)
    let (studentTop, teacherTop) = (blocks.flatMap(\.maximum), found.flatMap(\.teacher.maximum))
    let studentSum = blocks.flatMap(\.sum)
    let teacherSum = found.flatMap(\.teacher.sum)
    self.teacherSum = teacherSum
    logSum = studentSum.map { $0 > 0 ? logarithm1p($0 - 1) : 0 }
    targetGap = zip(found.flatMap(\.gaps), teacherSum).map { $1 > 0 ? $0 / $1 : 0 }
    teacherLogSum = zip(teacherTop, teacherSum).map {
      $1 > 0 ? Double($0) / targetTemperature + logarithm($1) : -.infinity
    }
    let both = sums.map { TwinRows.separated($0, columns: columns.rows) }
    (studentRows, teacherRows) = (both?.first, both?.second)
    apart = found.flatMap(\.apart).map { entry in
      func probability(
        _ side: (weight: Float, maximum: Float), _ top: Float, _ sum: Double, _ temperature: Double
      ) -> Double {
        Double(side.weight) * exponential((Double(side.maximum) - Double(top)) / temperature) / sum
      }
      let row = entry.row
      return Apart(
        row: row, column: entry.column,
        student: probability(entry.student, studentTop[row], studentSum[row], temperature),
        teacher: probability(entry.teacher, teacherTop[row], teacherSum[row], targetTemperature),
        similarity: entry.student.weight > 1e-20
          ? Double(entry.student.maximum) + temperature * logarithm(Double(entry.student.weight))
          : nil)
    }
  }

  /// Σ_c ( pull · student's probability − target · teacher's ) · column c, one row for each
  /// student; nil without sums.
  func difference(
    of columns: Operand, pull: (Int) -> Double, target: (Int) -> Double
  ) -> Matrix? {
    guard var difference = studentRows, let teacherRows else { return nil }
    let sums = blocks.flatMap(\.sum)
    difference.scaleRows { sums[$0] > 0 ? Float(pull($0) / sums[$0]) : 0 }
    difference.addRows(of: teacherRows) {
      teacherSum[$0] > 0 ? Float(-target($0) / teacherSum[$0]) : 0
    }
    let rows = columns.rows(at: apart.map(\.column))
    for (place, entry) in apart.enumerated() {
      let share = pull(entry.row) * entry.student - target(entry.row) * entry.teacher
      difference.add(Float(share), times: rows.row(place), toRow: entry.row)
    }
    return difference
  }
}

extension ProblemShape {
  /// The stacked rows, their sums, and a pass of 2N rows.
  func softTargetBytes(workers: Workers) -> Int {
    16 * rows * dimension
      + RectanglePass.scratchBytes(
        rows: 2 * rows, columns: columns == 0 ? rows : columns, dimension: dimension,
        summing: true, isHalf: isHalf, workers: workers)
  }
}
