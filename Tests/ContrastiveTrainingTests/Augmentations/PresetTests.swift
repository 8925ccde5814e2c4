import ContrastiveCore
import Foundation
import ContrastiveTraining
import Testing
import _TestSupport

/// Published augmentations: strengths, order, and how options and files hold them.
@Suite struct PresetTests {
  @Test func jitterIsItsFourChangesInOrder() throws {
    let shape = try ImageShape(height: 4, width: 5, channels: 3)
    let values = TestData.numbers(shape.count, in: 0..<1, seed: 1)
    let jitter = try ColorJitter(brightness: 0.4, saturation: 0.4, hue: 0.1)
    for hueFirst in [false, true] {
      let order: [ColorJitter.Change] =
        hueFirst
        ? [.contrast, .brightness, .hue, .saturation] : [.brightness, .contrast, .saturation, .hue]
      var (found, expected) = (
        try Canvas(shape, values: values), try Canvas(shape, values: values)
      )
      jitter.apply(
        .init(brightness: 1.2, contrast: 0.7, saturation: 0.6, hue: -0.08, order: order),
        to: &found)
      try BrightnessContrast().apply(
        .init(brightness: 1.2, contrast: 0.7, contrastFirst: hueFirst), to: &expected)
      try SaturationHue().apply(
        .init(saturation: 0.6, hue: -0.08, hueFirst: hueFirst), to: &expected)
      #expect(found.values == expected.values)
    }
    // Without color only brightness and contrast change.
    let gray = try ImageShape(height: 4, width: 15, channels: 1)
    var (found, expected) = (try Canvas(gray, values: values), try Canvas(gray, values: values))
    jitter.apply(.init(brightness: 1.2, contrast: 0.7, saturation: 0, hue: 0.5), to: &found)
    try BrightnessContrast().apply(.init(brightness: 1.2, contrast: 0.7), to: &expected)
    #expect(found.values == expected.values)
  }

  @Test func drawsAreWithinTheStrengthsAndInEveryOrder() throws {
    let jitter = try ColorJitter(brightness: 0.8, saturation: 1.5, hue: 0.2)
    let shape = try ImageShape(height: 1, width: 1, channels: 3)
    var random = CounterRandom(seed: 5)
    let drawn = (0..<4_000).map { _ in jitter.draw(for: shape, using: &random) }
    let some = drawn.compactMap(\.self)
    // Binomial with p 0.8: 3,200 ± 6 deviations of 25.3.
    #expect(abs(some.count - 3_200) < 152)
    #expect(some.allSatisfy { 0.2...1.8 ~= $0.brightness && 0.2...1.8 ~= $0.contrast })
    #expect(some.allSatisfy { 0...2.5 ~= $0.saturation && -0.2...0.2 ~= $0.hue })
    #expect(Set(some.map(\.order)).count == 24)
  }

  /// The hue by whole sixes taken off is that of the remainder, bit for bit.
  @Test func hueIsThatOfTheRemainder() throws {
    let shape = try ImageShape(height: 40, width: 50, channels: 3)
    let values = TestData.numbers(shape.count, in: 0..<1, seed: 2)
    for turn in [Float(-0.5), -0.31, 0.001, 0.2, 0.4999, 0.5] {
      var image = try Canvas(shape, values: values)
      try SaturationHue().apply(.init(saturation: 1, hue: turn, hueFirst: true), to: &image)
      let found = image.values
      for pixel in 0..<shape.positions {
        let (red, green, blue) = (values[3 * pixel], values[3 * pixel + 1], values[3 * pixel + 2])
        let top = max(red, max(green, blue))
        let chroma = top - min(red, min(green, blue))
        let sector: Float =
          top == red
          ? (green - blue) / chroma
          : top == green ? (blue - red) / chroma + 2 : (red - green) / chroma + 4
        let turned = [Float(5), 3, 1].map { offset -> Float in
          var k = (offset + (sector + 6 * turn)).truncatingRemainder(dividingBy: 6)
          if k < 0 { k += 6 }
          return top - chroma * max(0, min(k, min(4 - k, 1)))
        }
        // Saturation by 1 comes after.
        for channel in 0..<3 {
          #expect(abs(found[3 * pixel + channel] - turned[channel]) <= 1e-6)
        }
      }
    }
  }

  @Test(arguments: AugmentName.allCases) func optionsAndFilesHoldThem(_ name: AugmentName) throws {
    var options = TrainingOptions(.simclr)
    options.apply(name)
    #expect(options.augment == name && options.flips)
    // As --set and as a file give it.
    var set = try Configuration(TrainingOptions(.simclr))
    try set.set("augment", to: name.rawValue)
    #expect(try set.options() == options)
    let read = try Configuration(
      text: #"{"method": "simclr", "jitter": 0.3, "augment": "\#(name.rawValue)"}"#, path: "x")
    options.jitter = 0.3
    #expect(try read.options() == options)
    #expect(try Configuration(options).options() == options)
  }

  @Test func recipesOfPresets() throws {
    func recipes(_ name: AugmentName?, channels: Int = 3) throws -> [ViewRecipe] {
      var options = TrainingOptions(.byol)
      options.widths = [4]
      if let name { options.apply(name) }
      let shape = try ImageShape(height: 32, width: 32, channels: channels)
      let start = MethodStart(
        online: try ImageEncoder(shape, options: options.encoder, seed: 0), options: options,
        images: 10,
        scaling: try PixelScaling(
          mean: [Float](repeating: 0, count: channels),
          deviation: [Float](repeating: 1, count: channels)))
      return try start.views()
    }
    func names(_ recipe: ViewRecipe) -> [String] {
      recipe.augmentations.map { "\(type(of: $0))" }
    }
    #expect(
      try names(recipes(.simclr)[0]) == [
        "RandomResizedCrop", "HorizontalFlip", "ColorJitter", "Grayscale", "GaussianBlur",
      ])
    let byol = try recipes(.byol)
    #expect(names(byol[0]).last == "GaussianBlur" && names(byol[1]).last == "Solarization")
    let blurs = byol.compactMap { $0.augmentations.compactMap { $0 as? GaussianBlur }.first }
    #expect(blurs.map(\.probability) == [1, 0.1])
    #expect(try names(recipes(.weak)[1]) == ["RandomResizedCrop", "HorizontalFlip"])
    #expect(
      try names(recipes(.mocoV2, channels: 1)[0]) == [
        "RandomResizedCrop", "HorizontalFlip", "ColorJitter", "GaussianBlur",
      ])
    #expect(
      try names(recipes(nil)[0]) == [
        "RandomResizedCrop", "BrightnessContrast", "SaturationHue", "Grayscale",
      ])
  }
}
