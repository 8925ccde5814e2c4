import Contrastive
import Foundation
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

  /// Discs and rings of two sizes, 1,200 and 200 images of 8 × 8.
  private func discs() throws -> (train: ImageSet, test: ImageSet) {
    var random = CounterRandom(seed: 4)
    func number(_ range: ClosedRange<Double>) -> Double {
      Double.random(in: range, using: &random)
    }
    func set(_ count: Int) throws -> ImageSet {
      var bytes: [UInt8] = []
      let labels = (0..<count).map { $0 % 4 }
      for label in labels {
        let (x, y) = (number(2.5...4.5), number(2.5...4.5))
        let radius = label < 2 ? 1.2 : 2.6
        for row in 0..<8 {
          for column in 0..<8 {
            let (dx, dy) = (Double(column) - x, Double(row) - y)
            let distance = (dx * dx + dy * dy).squareRoot()
            let away = label % 2 == 0 ? abs(distance - radius) : max(0, distance - radius)
            let noise = number(0...60)
            bytes.append(UInt8(min(255, 195 * exp(-away * away) + noise)))
          }
        }
      }
      return try ImageSet(
        Pixels(bytes, shape: ImageShape(height: 8, width: 8, channels: 1)), labels: labels)
    }
    return (try set(1_200), try set(200))
  }

  /// With the paper's defaults the embeddings draw together instead.
  @Test func embeddingsOfASmallSetSpread() throws {
    let (train, test) = try discs()
    var options = TrainingOptions(.swav)
    (options.epochs, options.batchSize, options.neighbors) = (12, 128, 20)
    (options.widths, options.hiddenDimension, options.embeddingDimension) = ([8, 16], 32, 16)
    var run = try TrainingRun(options: options, train: train, test: test, workers: .one)
    var spreads: [Double] = []
    _ = try run.train { event throws(ContrastiveError) in
      if case .epoch(let metrics) = event {
        spreads.append(metrics.measures?["embedding_spread"] ?? 0)
      }
    }
    #expect(spreads.last ?? 0 > 0.5, "\(spreads)")
  }
}
