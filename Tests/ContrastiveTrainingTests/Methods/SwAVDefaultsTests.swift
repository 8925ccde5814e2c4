import Contrastive
import Testing

import ContrastiveTraining

/// SwAV's defaults follow the number of images.
@Suite struct SwAVDefaultsTests {
  private func resolved(
    images: Int, batch: Int, _ change: (inout SwAVMethod.Options) -> Void = { _ in }
  ) -> SwAVMethod.Options {
    var (own, common) = (SwAVMethod.Options(), TrainingOptions(.swav))
    common.batchSize = batch
    change(&own)
    own.resolve(images: images, options: common)
    return own
  }

  @Test func largeSetsKeepTheUsualOnes() {
    for images in [4_096, 10_000, 60_000] {
      let own = resolved(images: images, batch: 256)
      #expect(own.prototypes == 128 && own.epsilon == 0.05)
    }
  }

  @Test func smallSetsHaveFewerPrototypesAndSharperCodes() {
    let counts = [(1_437, 128, 32), (4_095, 256, 32), (1_437, 64, 16), (40, 256, 10), (4, 2, 2)]
    for (images, batch, expected) in counts {
      let own = resolved(images: images, batch: batch)
      #expect(own.prototypes == expected && own.epsilon == 0.03, "\(images) images")
    }
  }

  @Test func whatIsGivenStays() {
    let own = resolved(images: 40, batch: 8) { ($0.prototypes, $0.epsilon) = (7, 0.2) }
    #expect(own.prototypes == 7 && own.epsilon == 0.2)
  }
}
