/// Every objective that can be called by its name.
package enum ObjectiveCalls {
  package static let all: [any ObjectiveCall.Type] = [
    InfoNCECall.self, NTXentCall.self, SupConCall.self, InstDiscCall.self, SimSiamCall.self,
    BYOLCall.self, SwAVCall.self, ProtoNCECall.self, HCSCCall.self, LooCCall.self, FNCCall.self,
    InvPCall.self, HCLCall.self, DCLCall.self, MoCHiCall.self, CNSCall.self, ReSSLCall.self,
    SCECall.self, SigLIPCall.self, DecoupledCall.self,
  ]

  /// Other names that methods are known by.
  package static let otherNames = [
    "clip": "infonce --symmetric", "moco": "infonce", "cpc": "infonce", "simclr": "nt-xent",
    "ntxent": "nt-xent", "pcl": "protonce", "npid": "instdisc",
  ]
}
