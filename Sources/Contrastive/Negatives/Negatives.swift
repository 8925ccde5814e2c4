/// Which columns are an anchor's negatives, and how they count: what objectives of InfoNCE's shape
/// share.
///
/// Such an objective gives each anchor a positive and other columns, its negatives. This value
/// changes what becomes of the others, in the order of its properties, each applied to what is
/// left:
/// 1. `pairs` single out columns of a row, which the next three leave alone (a search for an image
///    of several anchors those of its first);
/// 2. `falseNegatives` are searched, and excluded or attracted;
/// 3. `ring` keeps negatives by the rank of their similarity among those that are left, or draws
///    from them;
/// 4. `mixing` adds mixes of the hardest of them;
/// 5. `hardness` weighs all negatives, mixes and weighted pairs included.
///
/// With P an anchor's positive and all that are attracted, t their shares of the target, w the
/// weights of `pairs` (1 without), N its negatives and u the logits, a row's loss is
/// ```
/// −Σ_{c ∈ P} t_c · log( exp(u_c) / (Σ_P w exp(u) + S) )
///     S = Σ_N w exp(u), or as `hardness` has it
/// ```
/// What `pairs` leave of the target the positive and the attracted ones share equally.
/// No gradient passes through a search, a rank or a draw; mixes are constants. A combination
/// without a meaning is refused by name: see the objectives.
public struct Negatives: Sendable {
  /// Columns singled out by row and column, as an audit of a batch may find them.
  public var pairs: PairTerms?
  /// What becomes of negatives that probably show the same thing as the anchor.
  public var falseNegatives: FalseNegativeTreatment?
  /// Which ranks of similarity are negatives.
  public var ring: Ring?
  /// Mixed rows that are further negatives.
  public var mixing: Mixing?
  /// How negatives are weighted and debiased.
  public var hardness: HardNegativeWeights?

  /// Every column but the positive, each counting once: the objective as it is.
  public static let all = Negatives()

  /// Whether nothing is chosen.
  var areAll: Bool {
    pairs == nil && falseNegatives == nil && ring == nil && mixing == nil && hardness == nil
  }

  /// A choice of negatives; nothing given leaves things as they are.
  public init(
    pairs: PairTerms? = nil, falseNegatives: FalseNegativeTreatment? = nil,
    ring: Ring? = nil, mixing: Mixing? = nil, hardness: HardNegativeWeights? = nil
  ) {
    self.pairs = pairs
    self.falseNegatives = falseNegatives
    self.ring = ring
    self.mixing = mixing
    self.hardness = hardness
  }

  /// What a choice of negatives is made of; the raw value is the name in messages.
  package enum Part: String, CaseIterable {
    case pairs
    case falseNegatives = "false-negatives"
    case ring, mixing, hardness
  }

  /// The parts that are given.
  package var parts: Set<Part> {
    var parts: Set<Part> = []
    if pairs?.pairs.isEmpty == false { parts.insert(.pairs) }
    if falseNegatives != nil { parts.insert(.falseNegatives) }
    if ring != nil { parts.insert(.ring) }
    if mixing != nil { parts.insert(.mixing) }
    if hardness != nil { parts.insert(.hardness) }
    return parts
  }

  /// Whether searches, ranks or mixes look at the rows, which are in Float32 then.
  var looksAtRows: Bool { !parts.isSubset(of: [.pairs]) }

  /// Checks that nothing is chosen that has no meaning in an objective, or in any.
  func validate(
    without parts: Set<Part> = [], in objective: String, use alternative: String = ""
  ) throws(ContrastiveError) {
    for part in Part.allCases where parts.contains(part) && self.parts.contains(part) {
      throw .parameter(name: part.rawValue, found: objective, expected: alternative)
    }
    if case .drawn? = mixing, ring?.sample != nil {
      throw .parameter(
        name: Part.mixing.rawValue, found: "a ring that is sampled",
        expected: "the whole ring: of draws none is the hardest")
    }
    guard hardness != nil, let pairs else { return }
    for pair in pairs.pairs where pair.target > 0 {
      guard abs(pair.target - pairs.ownTarget(pair.row)) < 1e-6, pair.weight == 1 else {
        throw .parameter(
          name: Part.pairs.rawValue,
          found: "hardness with a target of \(pair.target) for row \(pair.row), "
            + "column \(pair.column)",
          expected: "targets equal to the positive's: part of a positive is no sample of them")
      }
    }
  }
}

/// How false negatives are found, and what becomes of them.
public struct FalseNegativeTreatment: Sendable {
  /// What becomes of a false negative.
  public enum Mode: String, CaseIterable, Sendable {
    /// It is excluded.
    case exclude = "drop"
    /// It is a positive like the anchor's own.
    case attract
  }

  /// How they are found.
  package var search: FalseNegatives
  /// What becomes of them.
  package var mode: Mode
  /// The support embeddings of each image, [V·N × D], view by view; without it an anchor's own
  /// column is its support, and in `NTXent` both views are.
  package var support: Matrix?

  /// A treatment.
  public init(_ search: FalseNegatives, mode: Mode = .attract, support: Matrix? = nil) {
    self.search = search
    self.mode = mode
    self.support = support
  }
}

/// Where mixed negatives come from.
public enum Mixing: Sendable {
  /// Drawn from the hardest negatives that are left; `step` names the draws of this call.
  case drawn(HardNegativeMixing, step: UInt64 = 0)
  /// As given, whatever else becomes of the rows that are mixed.
  case given(NegativeMixes)
}
