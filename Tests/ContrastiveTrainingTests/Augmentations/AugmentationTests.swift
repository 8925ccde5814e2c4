import ContrastiveCore
import Testing
import _TestSupport

import ContrastiveTraining

/// Each augmentation by itself, and recipes of them.
@Suite struct AugmentationTests {
  private func canvas(_ height: Int, _ width: Int, _ channels: Int) throws -> Canvas {
    var random = CounterRandom(seed: 4)
    let shape = try ImageShape(height: height, width: width, channels: channels)
    return try Canvas(shape, values: (0..<shape.count).map { _ in random.uniform() })
  }

  @Test(arguments: [(5, 7, 1), (4, 4, 3)])
  func wholeCropIsTheImage(_ height: Int, _ width: Int, _ channels: Int) throws {
    var image = try canvas(height, width, channels)
    let before = image.values
    try RandomResizedCrop().apply(
      .init(top: 0, left: 0, height: height, width: width), to: &image)
    #expect(image.values == before)
  }

  @Test func cropToItsOwnSizeIsTheRectangle() throws {
    var image = try canvas(5, 6, 3)
    let before = image.values
    try RandomResizedCrop(size: (2, 3)).apply(
      .init(top: 3, left: 1, height: 2, width: 3), to: &image)
    #expect(image.shape == (try ImageShape(height: 2, width: 3, channels: 3)))
    #expect(
      image.values
        == Array(before[(3 * 18 + 3)..<(3 * 18 + 12)] + before[(4 * 18 + 3)..<(4 * 18 + 12)]))
  }

  @Test func bilinearByHand() throws {
    var image = try Canvas(ImageShape(height: 1, width: 2, channels: 1), values: [0, 1])
    try RandomResizedCrop(size: (1, 4)).apply(
      .init(top: 0, left: 0, height: 1, width: 2), to: &image)
    // Centers at −0.25 (kept inside), 0.25, 0.75, 1.25 (kept inside).
    #expect(image.values == [0, 0.25, 0.75, 1])
  }

  @Test func cropsStayInsideAndHaveTheRightSize() throws {
    let crop = try RandomResizedCrop(scale: 0.2...0.9)
    let shape = try ImageShape(height: 28, width: 36, channels: 1)
    var random = CounterRandom(seed: 8)
    var lowest = 1.0
    var highest = 0.0
    for _ in 0..<2_000 {
      let r = crop.draw(for: shape, using: &random)
      #expect(r.top >= 0 && r.left >= 0 && r.height > 0 && r.width > 0)
      #expect(r.top + r.height <= 28 && r.left + r.width <= 36)
      let aspect = Double(r.width) / Double(r.height)
      // Rounding to whole pixels bends the aspect and the area a little.
      #expect(0.68 < aspect && aspect < 1.45)
      lowest = min(lowest, Double(r.height * r.width) / 1008)
      highest = max(highest, Double(r.height * r.width) / 1008)
    }
    // Seen: 0.19 and 0.92.
    #expect(0.17 < lowest && lowest < 0.25 && 0.85 < highest && highest < 0.95)
  }

  @Test func aspectsThatNothingFits() throws {
    let shape = try ImageShape(height: 65_536, width: 65_536, channels: 1)
    var random = CounterRandom(seed: 8)
    let wide = try RandomResizedCrop(aspect: 1e6...1e6)
    #expect(
      wide.draw(for: shape, using: &random)
        == .init(top: 32_767, left: 0, height: 1, width: 65_536))
    let tall = try RandomResizedCrop(aspect: 1e-6...1e-6)
    #expect(
      tall.draw(for: shape, using: &random)
        == .init(top: 0, left: 32_767, height: 65_536, width: 1))
  }

  @Test func fallbackIsCentered() throws {
    let crop = try RandomResizedCrop(scale: 1...1)
    var random = CounterRandom(seed: 8)
    // A whole area of such an aspect never fits.
    let wide = try ImageShape(height: 10, width: 40, channels: 1)
    #expect(
      crop.draw(for: wide, using: &random) == .init(top: 0, left: 13, height: 10, width: 13))
    let tall = try ImageShape(height: 40, width: 10, channels: 1)
    #expect(
      crop.draw(for: tall, using: &random) == .init(top: 13, left: 0, height: 13, width: 10))
  }

  @Test(arguments: [(3, 5, 1), (2, 4, 3)])
  func flipTwiceIsTheImage(_ height: Int, _ width: Int, _ channels: Int) throws {
    var image = try canvas(height, width, channels)
    let before = image.values
    let flip = try HorizontalFlip()
    flip.apply(true, to: &image)
    #expect(image.values != before)
    #expect(
      Array(image.values[..<channels])
        == Array(before[((width - 1) * channels)..<(width * channels)]))
    flip.apply(true, to: &image)
    #expect(image.values == before)
    flip.apply(false, to: &image)
    #expect(image.values == before)
  }

  @Test func flipFollowsItsProbability() throws {
    let shape = try ImageShape(height: 1, width: 1, channels: 1)
    var random = CounterRandom(seed: 1)
    let flip = try HorizontalFlip(probability: 0.25)
    let flips = (0..<4_000).filter { _ in flip.draw(for: shape, using: &random) }.count
    // Five deviations of √(4000 · 0.25 · 0.75) = 27.
    #expect(abs(flips - 1_000) < 137)
  }

  @Test func brightnessAndContrastByHand() throws {
    let change = try BrightnessContrast()
    let shape = try ImageShape(height: 1, width: 2, channels: 1)
    var image = try Canvas(shape, values: [0.25, 0.75])
    change.apply(.init(brightness: 2, contrast: 1), to: &image)
    #expect(image.values == [0.5, 1])
    change.apply(.init(brightness: 1, contrast: 0.5), to: &image)
    #expect(image.values == [0.625, 0.875])
    // Contrast first: 0.5 · 0.625 + 0.375 = 0.6875, halved; brightness first would differ by
    // clamping only.
    change.apply(.init(brightness: 0.5, contrast: 0.5, contrastFirst: true), to: &image)
    #expect(image.values == [0.34375, 0.40625])
    change.apply(nil, to: &image)
    #expect(image.values == [0.34375, 0.40625])
    // A contrast of 0 leaves the luma.
    var color = try Canvas(ImageShape(height: 1, width: 1, channels: 3), values: [1, 0.5, 0.25])
    change.apply(.init(brightness: 1, contrast: 0), to: &color)
    for value in color.values { #expect(abs(value - 0.621) < 1e-6) }
  }

  @Test func meanOfManyPixels() throws {
    var image = try canvas(5, 9, 1)
    let mean = image.values.reduce(0) { $0 + Double($1) } / 45
    try BrightnessContrast().apply(.init(brightness: 1, contrast: 0), to: &image)
    // Worst seen: 2.5e-8.
    for value in image.values { #expect(abs(Double(value) - mean) < 1e-6) }
  }

  @Test func viewsAreNamedByTheirStreamAlone() throws {
    let shape = try ImageShape(height: 6, width: 6, channels: 1)
    let pixels = try Pixels(
      (0..<(20 * shape.count)).map { UInt8(truncatingIfNeeded: $0 * 91) }, shape: shape)
    let recipe = ViewRecipe(
      [try RandomResizedCrop(size: (5, 4)), try HorizontalFlip(), try BrightnessContrast()],
      scaling: try PixelScaling(mean: [0], deviation: [1]))
    func view(_ indices: [Int], seed: UInt64 = 1, epoch: Int = 0, view: Int = 0) throws -> Matrix {
      try recipe.views(of: pixels, indices, seed: seed, epoch: epoch, view: view).matrix
    }
    let batch = try view(Array(0..<20))
    #expect(batch.columns == 20)
    #expect(try view(Array(0..<20)) == batch)
    let shuffled = try view([17, 3])
    #expect(shuffled.row(0) == batch.row(17) && shuffled.row(1) == batch.row(3))
    #expect(try view(Array(0..<20), seed: 2) != batch)
    #expect(try view(Array(0..<20), epoch: 1) != batch)
    #expect(try view(Array(0..<20), view: 1) != batch)
    #expect(batch.values.allSatisfy { 0 <= $0 && $0 <= 1 })
  }

  /// The first augmentation marks the image in 0 … 1 by its draw, the second in 0 … 1/8 by its own.
  private struct Mark: Augmentation {
    let size: Float
    func draw(for shape: ImageShape, using random: inout CounterRandom) -> Float {
      random.uniform()
    }
    func apply(_ drawn: Float, to image: inout Canvas) {
      image.change { $0[0] += size * (drawn * 8).rounded(.down) }
    }
  }

  @Test func sharedAugmentationsDoTheSameInEveryViewThatSharesThem() throws {
    let shape = try ImageShape(height: 1, width: 1, channels: 1)
    let pixels = try Pixels([UInt8](repeating: 0, count: 60), shape: shape)
    let recipe = ViewRecipe(
      [Mark(size: 1), Mark(size: 8)], scaling: try PixelScaling(mean: [0], deviation: [1]))
    func marks(_ recipe: ViewRecipe, view: Int) throws -> ([Int], [Int]) {
      let values = try recipe.views(of: pixels, 0..<60, seed: 1, epoch: 0, view: view).values
      return (values.map { Int($0) % 8 }, values.map { Int($0) / 8 })
    }
    let query = try marks(recipe.sharing([0, 1]), view: 0)
    let first = try marks(recipe.sharing([0]), view: 1)
    let second = try marks(recipe.sharing([1]), view: 2)
    let none = try marks(recipe, view: 3)
    #expect(first.0 == query.0 && first.1 != query.1)
    #expect(second.1 == query.1 && second.0 != query.0)
    #expect(none.0 != query.0 && none.1 != query.1)
    // Different images still draw for themselves, and so do two places of one recipe.
    #expect(Set(query.0).count == 8 && query.0 != query.1)
  }

  @Test func recipesOfSmallerViews() throws {
    let shape = try ImageShape(height: 8, width: 6, channels: 3)
    let pixels = try Pixels((0..<288).map { UInt8($0 % 251) }, shape: shape)
    let recipe = ViewRecipe(
      [
        try RandomResizedCrop(scale: 0.1...0.4, size: (4, 5)), try SaturationHue(),
        try Grayscale(), try GaussianBlur(), try Rotation(.within(degrees: 10)),
        try Solarization(),
      ], scaling: try PixelScaling(mean: [0, 0, 0], deviation: [1, 1, 1]))
    let views = try recipe.views(of: pixels, [0, 1], seed: 1, epoch: 0, view: 2)
    #expect(views.shape == (try ImageShape(height: 4, width: 5, channels: 3)))
    #expect(views.values.allSatisfy { 0 <= $0 && $0 <= 1.000_001 })
  }

  @Test func recipeWithoutAugmentationsIsTheImage() throws {
    let shape = try ImageShape(height: 2, width: 3, channels: 3)
    let pixels = try Pixels((0..<36).map { UInt8($0 * 7) }, shape: shape)
    let scaling = try PixelScaling(mean: [0.1, 0.2, 0.3], deviation: [1, 2, 3])
    #expect(
      try ViewRecipe([], scaling: scaling).views(of: pixels, [1, 0], seed: 1, epoch: 0, view: 0)
        == pixels.activations([1, 0], scaling: scaling))
  }

  @Test func refusals() {
    #expect(
      throws: ContrastiveError.parameter(
        name: "scale", found: "0.0...1.0", expected: "above 0, at most 1")
    ) { try RandomResizedCrop(scale: 0...1) }
    #expect(
      throws: ContrastiveError.parameter(
        name: "scale", found: "0.5...1.5", expected: "above 0, at most 1")
    ) { try RandomResizedCrop(scale: 0.5...1.5) }
    for aspect in [0...1, 1e-30...1e-30, 1...3e38] as [ClosedRange<Float>] {
      #expect(
        throws: ContrastiveError.parameter(
          name: "aspect", found: "\(aspect)", expected: "1e-6 … 1e6")
      ) { try RandomResizedCrop(aspect: aspect) }
    }
    #expect(throws: ContrastiveError.parameter(name: "height", found: "0", expected: "1 … 65536")) {
      try RandomResizedCrop(size: (0, 3))
    }
    #expect(
      throws: ContrastiveError.parameter(name: "probability", found: "1.5", expected: "0 … 1")
    ) { try HorizontalFlip(probability: 1.5) }
    #expect(
      throws: ContrastiveError.parameter(name: "brightness", found: "-1.0", expected: "0 or more")
    ) { try BrightnessContrast(brightness: -1) }
    #expect(
      throws: ContrastiveError.parameter(name: "probability", found: "nan", expected: "0 … 1")
    ) { try BrightnessContrast(probability: .nan) }
  }
}
