/// The experiments.
enum Catalog {
  /// Every method there is, each measured against the encoder before training.
  static let methods = [
    "instdisc", "simclr", "moco", "simsiam", "byol", "swav", "pcl", "hcsc", "looc", "fnc", "invp",
    "hcl", "mochi", "cns", "dcl", "ressl", "sce", "ranked-views",
  ]

  /// Points above the random encoder that a method must reach.
  static let pointsAboveRandom = 3.0

  /// The orderings that papers claim.
  static let comparisons: [Comparison] = [
    Comparison(
      name: "false-negatives",
      title: "FNC and SimCLR as the smallest crop shrinks (Huynh et al. 2022)", measure: .knn,
      variants: [
        .init("SimCLR, usual crops", "simclr"),
        .init("FNC, usual crops", "fnc"),
        .init("SimCLR, crops from 0.08", "simclr", "--smallest-crop", "0.08"),
        .init("FNC, crops from 0.08", "fnc", "--smallest-crop", "0.08"),
      ],
      claims: [
        .init("FNC, usual crops", over: "SimCLR, usual crops"),
        .init("FNC, crops from 0.08", over: "SimCLR, crops from 0.08"),
        .init(
          "FNC gains more at 0.08 than at the usual 0.3",
          gap: ("FNC, crops from 0.08", "SimCLR, crops from 0.08"),
          over: ("FNC, usual crops", "SimCLR, usual crops")),
      ]),
    Comparison(
      name: "hard-negatives",
      title: "HCL, DCL and SimCLR (Robinson et al. 2021; Chuang et al. 2020)", measure: .knn,
      variants: [.init("SimCLR", "simclr"), .init("DCL", "dcl"), .init("HCL", "hcl")],
      claims: [.init("HCL", over: "DCL"), .init("DCL", over: "SimCLR")]),
    Comparison(
      name: "clusters", title: "PCL, HCSC and MoCo (Li et al. 2021; Guo et al. 2022)",
      measure: .ami,
      variants: [.init("MoCo", "moco"), .init("PCL", "pcl"), .init("HCSC", "hcsc")],
      claims: [
        .init("PCL", over: "MoCo"), .init("HCSC", over: "MoCo"), .init("HCSC", over: "PCL"),
      ]),
    Comparison(
      name: "negatives",
      title: "MoCHi, CNS and MoCo (Kalantidis et al. 2020; Wu et al. 2021)", measure: .knn,
      variants: [.init("MoCo", "moco"), .init("MoCHi", "mochi"), .init("CNS", "cns")],
      claims: [.init("MoCHi", over: "MoCo"), .init("CNS", over: "MoCo")]),
    Comparison(
      name: "relations", title: "SCE, ReSSL and MoCo (Denize et al. 2023; Zheng et al. 2021)",
      measure: .knn,
      variants: [.init("MoCo", "moco"), .init("ReSSL", "ressl"), .init("SCE", "sce")],
      claims: [
        .init("SCE", over: "ReSSL"), .init("ReSSL", over: "MoCo"), .init("SCE", over: "MoCo"),
      ]),
    Comparison(
      name: "crops", title: "ContrastiveCrop and random crops, by MoCo (Peng et al. 2022)",
      measure: .knn,
      variants: [
        .init("random crop", "moco"), .init("ContrastiveCrop", "moco", "--crop", "contrastive"),
      ],
      claims: [.init("ContrastiveCrop", over: "random crop")]),
    Comparison(
      name: "ranked-views",
      title: "Views of the same image as negatives: ranked views, SimCLR and FNC", measure: .knn,
      variants: [
        .init("SimCLR, crops from 0.08", "simclr", "--smallest-crop", "0.08"),
        .init("FNC, crops from 0.08", "fnc", "--smallest-crop", "0.08"),
        .init("ranked views, crops from 0.08", "ranked-views", "--smallest-crop", "0.08"),
      ],
      claims: [
        .init("ranked views, crops from 0.08", over: "SimCLR, crops from 0.08"),
        .init("ranked views, crops from 0.08", over: "FNC, crops from 0.08"),
      ]),
  ]

  /// The names of the two parts of the table of all methods, beside those of the comparisons: some
  /// images, and all.
  static let methodsName = "methods"
  static let allImagesName = "methods-on-all"

  /// Seconds of one core for 10,000 images and an epoch with its evaluation: an estimate until
  /// there are measurements.
  static func seconds(of method: String) -> Double {
    switch method {
    case "fnc": 30
    case "ranked-views": 22
    case "looc", "byol": 12
    case "simclr", "hcl", "dcl", "simsiam", "swav", "hcsc": 8
    default: 6
    }
  }
}
