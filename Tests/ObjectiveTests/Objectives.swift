import Testing

/// THE table: every objective.
///
/// All tests of this target run through it.
let objectives: [any ObjectiveEntry.Type] = [
  InfoNCEEntry.self,
  NTXentEntry.self,
  SupConEntry.self,
  InstDiscEntry.self,
  SimSiamEntry.self,
  BYOLEntry.self,
  SwAVEntry.self,
  ProtoNCEEntry.self,
  HCSCEntry.self,
  LooCEntry.self,
  FNCEntry.self,
  InvPEntry.self,
  HCLEntry.self,
  DCLEntry.self,
  MoCHiEntry.self,
  CNSEntry.self,
  ReSSLEntry.self,
  SCEEntry.self,
  SigLIPEntry.self,
  DecoupledEntry.self,
]

/// One objective of the table, named in test reports.
struct Row: Sendable, CustomTestStringConvertible {
  let entry: any ObjectiveEntry.Type
  var testDescription: String { entry.name }

  static let all = objectives.map(Row.init)
}
