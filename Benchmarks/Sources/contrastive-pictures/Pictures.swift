import Contrastive
import ContrastiveImages
import ContrastiveTraining

/// Decodes a folder's pictures and makes two views of each, as an epoch of training does, and
/// prints the pictures a second: `contrastive-pictures FOLDER SIZE THREADS`.
@main
enum Pictures {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let size = Int(arguments[2]), let threads = Int(arguments[3]) else {
      throw ContrastiveError.parameter(
        name: "arguments", found: "\(arguments.dropFirst())", expected: "FOLDER SIZE THREADS")
    }
    let workers = try Workers(count: threads)
    var reading = ImageReading()
    // Nothing is held: every picture is decoded when it is asked for.
    (reading.imageSize, reading.memory) = (size, 1)
    let data = try ImageFolder(pictures: arguments[1], reading: reading, workers: workers)
    let recipe = ViewRecipe(
      [
        try RandomResizedCrop(scale: 0.08...1), try HorizontalFlip(),
        try ColorJitter(brightness: 0.8, saturation: 0.8, hue: 0.2), try Grayscale(),
        try GaussianBlur(deviation: 0.1...1),
      ],
      scaling: try PixelScaling(mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25]))
    let clock = ContinuousClock()
    let start = clock.now
    for first in stride(from: 0, to: data.train.count, by: 256) {
      let indices = Array(first..<min(first + 256, data.train.count))
      let batch = try data.train.pixels(at: indices, workers: workers)
      for view in 0..<2 {
        _ = try recipe.views(
          of: batch, 0..<batch.count, seed: 0, epoch: 0, view: view, workers: workers)
      }
    }
    let elapsed = (clock.now - start).components
    let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    print(Double(data.train.count) / seconds)
  }
}
