import Contrastive

/// The options that only one training method has, with their defaults, and how the method is made
/// from them.
///
/// Its stored properties are options of the run beside the common ones (`temperature` in
/// `config.json`, `--set temperature=0.2`), so their names must differ from those of
/// `TrainingOptions`; in files they are written in snake case. Every property has a default.
///
/// ```swift
/// struct MyMethod: TrainingMethod {
///   struct Options: MethodOptions {
///     static let name = "my-method"
///     var temperature = 0.2
///     func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod { … }
///   }
///   …
/// }
/// var run = try TrainingRun(options: TrainingOptions(MyMethod.Options()), train: images)
/// ```
public protocol MethodOptions: Codable, Equatable, Sendable {
  /// The method's name in files, unlike those of `MethodName`.
  static var name: String { get }

  /// The defaults.
  init()

  /// Changes common defaults, such as the learning rate; nothing by default.
  static func adjust(_ options: inout TrainingOptions)

  /// Fills in the defaults that depend on the data or on common options; nothing by default.
  ///
  /// - Parameters:
  ///   - images: number of images to train on.
  ///   - options: the common options.
  mutating func resolve(images: Int, options: TrainingOptions)

  /// Spaces that the projection head gives, each of the embeddings' dimension; 1 by default.
  var embeddingSpaces: Int { get }

  /// Checks every option, before and after `resolve`.
  ///
  /// - Parameter options: the common options.
  /// - Throws: `ContrastiveError.parameter` naming the first option out of range in snake case.
  func validate(_ options: TrainingOptions) throws(ContrastiveError)

  /// The method, ready for its first step.
  ///
  /// - Parameter start: the encoder and what else there is before training.
  /// - Returns: the method before its first step.
  /// - Throws: `ContrastiveError.parameter`.
  func makeMethod(_ start: MethodStart) throws(ContrastiveError) -> any TrainingMethod
}

extension MethodOptions {
  /// The common defaults suit.
  public static func adjust(_ options: inout TrainingOptions) {}
  /// The method's name in files.
  public var name: String { Self.name }
  /// One space.
  public var embeddingSpaces: Int { 1 }
  /// No default depends on the data.
  public mutating func resolve(images: Int, options: TrainingOptions) {}
  /// Everything is allowed.
  public func validate(_ options: TrainingOptions) throws(ContrastiveError) {}

  /// Whether other options are of the same type and equal.
  func isEqual(to other: any MethodOptions) -> Bool { other as? Self == self }

  /// Refuses an option unless a condition holds.
  ///
  /// - Parameters:
  ///   - condition: what must hold.
  ///   - name: the option's name in snake case.
  ///   - found: its value.
  ///   - expected: what it must be.
  /// - Throws: `ContrastiveError.parameter` unless `condition`.
  public func require(
    _ condition: Bool, _ name: String, _ found: Any, _ expected: String
  ) throws(ContrastiveError) {
    try requireParameter(condition, name, found, expected)
  }
}

/// What a method is made from: the run before its first step.
public struct MethodStart: Sendable {
  /// The encoder to be trained, randomly initialized.
  public let online: ImageEncoder
  /// The common options.
  public let options: TrainingOptions
  /// Number of images to train on.
  public let images: Int
  /// The scaling of bytes to the encoder's input.
  public let scaling: PixelScaling

  /// Creates a start.
  public init(online: ImageEncoder, options: TrainingOptions, images: Int, scaling: PixelScaling) {
    self.online = online
    self.options = options
    self.images = images
    self.scaling = scaling
  }

  /// Two views that the common options describe, which BYOL's augmentations make differently.
  ///
  /// - Returns: the recipes.
  /// - Throws: `ContrastiveError.parameter`.
  public func views() throws(ContrastiveError) -> [ViewRecipe] {
    [try view(number: 0), try view(number: 1)]
  }

  /// The view that the common options describe.
  ///
  /// Crop, flip and rotation if asked, brightness and contrast, color where there is any, blur and
  /// solarization if asked.
  ///
  /// - Parameters:
  ///   - crop: instead of the common one, such as a smaller one.
  ///   - number: which of the two views of BYOL's augmentations, 0 or 1.
  /// - Returns: the recipe.
  /// - Throws: `ContrastiveError.parameter`.
  public func view(
    crop: RandomResizedCrop? = nil, number: Int = 0
  ) throws(ContrastiveError) -> ViewRecipe {
    var augmentations = try placement(crop)
    if options.rotation > 0 {
      augmentations.append(try Rotation(.within(degrees: options.rotation)))
    }
    augmentations += try color()
    var (blur, solarization) = (options.blur, options.solarization)
    if options.augment == .byol {
      // The first view is blurred, the second seldom; the second alone is solarized.
      if number == 1 { blur /= 10 } else { solarization = 0 }
    }
    if blur > 0 {
      // SimCLR's 0.1 … 2.0 pixels are of 224.
      let side = Float(max(online.inputShape.height, online.inputShape.width))
      augmentations.append(
        try GaussianBlur(deviation: 0.1...min(max(1, 2 * side / 224), 64), probability: blur))
    }
    if solarization > 0 { augmentations.append(try Solarization(probability: solarization)) }
    return ViewRecipe(augmentations, scaling: scaling)
  }

  /// Changes of brightness and color.
  private func color() throws(ContrastiveError) -> [any Augmentation] {
    let hasColor = online.inputShape.channels == 3
    var changes: [any Augmentation] = []
    if options.augment == nil {
      changes.append(try BrightnessContrast(brightness: options.jitter, contrast: options.jitter))
      if hasColor {
        changes.append(try SaturationHue(saturation: options.saturation, hue: options.hue))
      }
    } else if options.jitter > 0 || options.saturation > 0 || options.hue > 0 {
      changes.append(
        try ColorJitter(
          brightness: options.jitter, saturation: options.saturation, hue: options.hue))
    }
    let isGrayed = options.augment == nil || options.grayscale > 0
    if hasColor, isGrayed { changes.append(try Grayscale(probability: options.grayscale)) }
    return changes
  }

  /// A weakly augmented view: crop, and flip if asked.
  ///
  /// - Returns: the recipe.
  /// - Throws: `ContrastiveError.parameter`.
  public func weakView() throws(ContrastiveError) -> ViewRecipe {
    ViewRecipe(try placement(nil), scaling: scaling)
  }

  private func placement(
    _ crop: RandomResizedCrop?
  ) throws(ContrastiveError) -> [any Augmentation] {
    let usual = try RandomResizedCrop(scale: options.smallestCrop...1)
    let placed: any Augmentation =
      switch options.crop {
      case .random: crop ?? usual
      case .contrastive: try ContrastiveCrop(crop ?? usual, alpha: options.cropAlpha)
      }
    return options.flips ? [placed, try HorizontalFlip()] : [placed]
  }
}
