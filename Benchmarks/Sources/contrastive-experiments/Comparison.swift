/// Runs that differ in one thing, and what the papers say about them.
struct Comparison {
  /// What `--only` knows it by.
  let name: String
  let title: String
  let measure: Measure
  let variants: [Variant]
  let claims: [Claim]

  /// A row of the table.
  struct Variant {
    let name: String
    let method: String
    var flags: [String] = []

    init(_ name: String, _ method: String, _ flags: String...) {
      self.name = name
      self.method = method
      self.flags = flags
    }

    func command(_ scale: TrainingCommand.Scale, seed: Int) -> TrainingCommand {
      TrainingCommand(method: method, flags: flags, scale: scale, seed: seed)
    }
  }

  /// That the sum of some rows is above the sum of others, seed by seed.
  struct Claim {
    let text: String
    let above: [String]
    let below: [String]

    /// One row is above another.
    init(_ above: String, over below: String) {
      text = "\(above) above \(below)"
      self.above = [above]
      self.below = [below]
    }

    /// The distance of two rows is larger than that of two others.
    init(_ text: String, gap: (String, String), over other: (String, String)) {
      self.text = text
      above = [gap.0, other.1]
      below = [gap.1, other.0]
    }
  }

  /// What is compared, as a share of 1.
  enum Measure: String {
    case knn = "kNN accuracy"
    case ami = "AMI of 10 clusters with the labels"

    func value(_ outcome: Outcome) -> Double {
      switch self {
      case .knn: outcome.training.knnAccuracy
      case .ami: outcome.features.ami
      }
    }
  }
}
