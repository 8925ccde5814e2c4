/// What an objective of InfoNCE's shape says of its rows; the engine does the rest.
///
/// With u_ic = ⟨anchor_i, column_c⟩ / temperature, positives P_i with shares t of the target that
/// sum to 1, and negatives N_i,
/// ```
/// loss = mean_i  −Σ_{c ∈ P_i} t_c · log( exp(u_ic) / Σ_{c ∈ P_i ∪ N_i} exp(u_ic) )
/// ```
/// An anchor's positives are its own row of the rows it is paired with, which is no column, and
/// the columns that are named as such. Its negatives are all other columns that are not excluded,
/// as a choice of `Negatives` has them. An objective in a package of one's own describes itself by
/// this and gets value, per-row losses and exact gradients, in one pass and without the matrix.
public struct Contrast: Sendable {
  /// What the anchors are compared with.
  enum Columns: Sendable {
    /// The anchors themselves: gradients for both sides are one.
    case anchors
    /// Keys, a bank or prototypes; in half precision they have no gradient and no `hardness`.
    case others(Operand)
  }

  private(set) var anchors: Operand
  private var choice: Columns
  let temperature: Double
  /// Row i is a positive of anchor i.
  var paired: Matrix?
  /// Whether columns are negatives unless `roles` name them; else only those that are named count.
  var readsColumns = true
  /// Excluded entries of anchors × columns.
  var exclusions: [Exclusion]
  /// Negatives at logit 0 of each row, which have a value and no gradient; empty for none.
  var zeros: [Int] = []
  /// Columns of each row's own.
  var extras: [any RowColumns] = []
  /// Columns that are more than a negative, or less.
  var roles: PairRoles
  /// Groups of rows that stand side by side, and are each other's positives.
  var groups: RowGroups?
  /// Negatives of each row that no window of ranks excludes; nil where there is none.
  var rankedCounts: [Int]?
  /// How negatives are weighted and debiased.
  var hardness: HardNegativeWeights?
  /// How positives and negatives make a loss.
  var form = Margins.Form.outside

  init(
    _ anchors: Operand, paired: Matrix? = nil, against columns: Columns, temperature: Double,
    excluding exclusions: [Exclusion] = []
  ) {
    self.anchors = anchors
    self.paired = paired
    choice = columns
    self.temperature = temperature
    self.exclusions = exclusions
    roles = PairRoles(rows: anchors.rows)
  }

  /// The columns.
  var columns: Operand {
    switch choice {
    case .anchors: anchors
    case .others(let columns): columns
    }
  }

  /// Whether the columns are the anchors themselves.
  var isOneSet: Bool { if case .anchors = choice { true } else { false } }

  /// The same of other anchors and columns, such as these in another form.
  func between(_ anchors: Operand, _ columns: Operand) -> Contrast {
    var contrast = self
    contrast.anchors = anchors
    if !isOneSet { contrast.choice = .others(columns) }
    return contrast
  }

  /// Columns in half precision become Float32.
  mutating func widenColumns() {
    if case .others(let columns) = choice { choice = .others(columns.widened) }
  }

  /// The columns that a pass reads.
  var readColumns: Operand {
    readsColumns ? columns : Operand(columns.name, Matrix(zeros: 0, by: columns.dimension))
  }

  /// What the pass excludes: named columns are looked at apart.
  var allExclusions: [Exclusion] { exclusions + (roles.isEmpty ? [] : [.listed(roles.lists)]) }
}

/// The value of a `Contrast` with what it was asked to be differentiated by.
public struct ContrastValue: Sendable {
  /// Loss of each anchor; their mean is the value.
  public internal(set) var losses: [Double]
  /// ∂loss/∂temperature.
  public internal(set) var temperatureGradient: Double
  /// ∂loss/∂anchors; with the anchors as columns, what both sides add.
  public internal(set) var anchors: Matrix?
  /// ∂loss/∂columns.
  public internal(set) var columns: Matrix?
  /// ∂loss/∂(the row that anchor i is paired with) is this times anchor i.
  public internal(set) var paired: [Double]
  /// How far the value can be from the exact one; nil in Float32.
  var errorBound: ErrorBound?
  /// Which rows of the gradients are here where processes keep their own; nil for all.
  var kept: (anchors: Range<Int>, columns: Range<Int>)?

  /// The mean over the anchors.
  public var loss: Double { losses.reduce(0, +) / Double(max(1, losses.count)) }
}

extension ContrastValue {
  /// A sum of no terms.
  init(zeros anchors: Operand, _ wanted: ContrastGradients) {
    losses = [Double](repeating: 0, count: anchors.rows)
    temperatureGradient = 0
    self.anchors =
      wanted.anchors ? Matrix(zeros: anchors.rows, by: anchors.dimension) : nil
    paired = []
  }

  /// Adds another term of the same anchors.
  mutating func add(_ other: ContrastValue, times weight: Double) {
    for (row, loss) in other.losses.enumerated() { losses[row] += weight * loss }
    temperatureGradient += weight * other.temperatureGradient
    errorBound = ErrorBound.sum(errorBound, other.errorBound, times: weight)
    if let gradient = other.anchors { anchors?.addRows(of: gradient) { _ in Float(weight) } }
  }
}

/// Which gradients an evaluation is to give.
struct ContrastGradients: Sendable {
  var anchors = false
  var columns = false
  /// Whether they may be of some rows in each process.
  var keepsOwnRows = false
}
