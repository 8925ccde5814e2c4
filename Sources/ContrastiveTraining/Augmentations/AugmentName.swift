import Contrastive

/// Augmentations as papers publish them.
///
/// | | crop | jitter | saturation | hue | gray | blur | solarized | flips |
/// |---|---|---|---|---|---|---|---|---|
/// | `simclr` | 0.08 … 1 | 0.8 | 0.8 | 0.2 | 0.2 | 0.5 | 0 | yes |
/// | `moco-v2` | 0.2 … 1 | 0.4 | 0.4 | 0.1 | 0.2 | 0.5 | 0 | yes |
/// | `byol` | 0.08 … 1 | 0.4 | 0.2 | 0.1 | 0.2 | 1 and 0.1 | 0 and 0.2 | yes |
/// | `weak` | 0.2 … 1 | 0 | 0 | 0 | 0 | 0 | 0 | yes |
///
/// Jitter is of brightness and contrast. The four changes of color are made together with
/// probability 0.8, in random order (`ColorJitter`). Probabilities of BYOL are those of its first
/// and second view. A blur's σ is 0.1 … 2 pixels at 224, in proportion at other sizes, but its
/// largest at least 1.
///
/// Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", ICML 2020,
/// appendix A; Chen et al., "Improved Baselines with Momentum Contrastive Learning", 2020; Grill et
/// al., "Bootstrap Your Own Latent", NeurIPS 2020, appendix B; crops and flips alone as in Zheng et
/// al., "ReSSL", NeurIPS 2021.
public enum AugmentName: String, Codable, CaseIterable, Sendable {
  /// SimCLR's, at strength 1.
  case simclr
  /// Those of momentum contrast's second version.
  case mocoV2 = "moco-v2"
  /// BYOL's, of which one view is always blurred and the other sometimes solarized.
  case byol
  /// A crop and a flip.
  case weak

  /// Names of the options that a preset sets.
  static let options: Set = [
    "smallest_crop", "jitter", "saturation", "hue", "grayscale", "blur", "solarization", "flips",
  ]
}

extension TrainingOptions {
  /// Takes a preset's strengths.
  public mutating func apply(_ preset: AugmentName) {
    augment = preset
    flips = true
    solarization = 0
    switch preset {
    case .simclr:
      (smallestCrop, jitter, saturation, hue) = (0.08, 0.8, 0.8, 0.2)
      (grayscale, blur) = (0.2, 0.5)
    case .mocoV2:
      (smallestCrop, jitter, saturation, hue) = (0.2, 0.4, 0.4, 0.1)
      (grayscale, blur) = (0.2, 0.5)
    case .byol:
      (smallestCrop, jitter, saturation, hue) = (0.08, 0.4, 0.2, 0.1)
      (grayscale, blur, solarization) = (0.2, 1, 0.2)
    case .weak:
      (smallestCrop, jitter, saturation, hue) = (0.2, 0, 0, 0)
      (grayscale, blur) = (0, 0)
    }
  }
}
