import ContrastiveCore

/// The largest number under a window, channel by channel: `Y[n, y, x, c] = max X[n, window, c]`.
///
/// Output extents are `⌊(extent + 2 · padding − window) / stride⌋ + 1`; what lies outside the image
/// never wins. Of equal numbers the first wins, row by row, and takes the whole gradient.
public struct MaxPool: Layer {
  /// Shape of an image it takes.
  public let inputShape: ImageShape
  /// Shape of an image it gives.
  public let outputShape: ImageShape
  private let window: Int
  private let stride: Int
  private let padding: Int

  /// The pool of images of a shape.
  ///
  /// - Parameters:
  ///   - inputShape: shape of an image it takes.
  ///   - window: height and width of the window, 1 … 255 and no larger than the padded image.
  ///   - stride: step of the window, 1 … 255.
  ///   - padding: what lies outside on every side, at most half the window.
  /// - Throws: `ContrastiveError.parameter` naming the argument outside its range.
  public init(
    _ inputShape: ImageShape, window: Int = 3, stride: Int = 2, padding: Int = 1
  ) throws(ContrastiveError) {
    let windows = "1 … 255 and at most the padded image of \(inputShape)"
    try requireParameter(1...255 ~= window, "window", window, windows)
    try requireParameter(1...255 ~= stride, "stride", stride, "1 … 255")
    try requireParameter(0...(window / 2) ~= padding, "padding", padding, "0 … \(window / 2)")
    try requireParameter(
      min(inputShape.height, inputShape.width) + 2 * padding >= window, "window", window, windows)
    self.inputShape = inputShape
    (self.window, self.stride, self.padding) = (window, stride, padding)
    func extent(_ input: Int) -> Int { (input + 2 * padding - window) / stride + 1 }
    outputShape = ImageShape(
      unchecked: extent(inputShape.height), extent(inputShape.width), inputShape.channels)
  }

  /// The same pool of images of another size.
  public func taking(_ shape: ImageShape) throws(ContrastiveError) -> any Layer {
    try requireChannels(shape)
    return try MaxPool(shape, window: window, stride: stride, padding: padding)
  }

  /// An image by itself.
  public func imagesTogether(in batch: Int) -> Int? { 1 }

  /// Replaces images by the largest numbers under the windows.
  public func forward(
    _ activations: inout Activations, _ pass: LayerPass
  ) throws(ContrastiveError) -> LayerRecord {
    let input = activations
    activations = input.withMemory { source in
      Activations(count: input.count, shape: outputShape) { target in
        pass.forEach(.images(input.count, width: inputShape.count)) { images, _ in
          for image in images {
            forEachWindow { place, pixels in
              let output = target + image * outputShape.count + place * channels
              for (number, pixel) in pixels.enumerated() {
                let x = source + image * inputShape.count + pixel * channels
                if number == 0 {
                  output.update(from: x, count: channels)
                } else {
                  for c in 0..<channels { output[c] = x[c] > output[c] ? x[c] : output[c] }
                }
              }
            }
          }
        }
      }
    }
    return LayerRecord(input: pass.recording ? input : nil)
  }

  /// The gradient goes to the number that won.
  public func backward(
    _ gradient: inout Activations, record: LayerRecord,
    into parameterGradient: UnsafeMutableBufferPointer<Float>, needsInputGradient: Bool,
    _ pass: LayerPass
  ) {
    guard needsInputGradient, let input = record.input else { return }
    gradient = gradient.withMemory { outer in
      input.withMemory { source in
        Activations(count: input.count, shape: inputShape) { target in
          pass.forEach(.images(input.count, width: inputShape.count)) { images, _ in
            for image in images {
              let (x, dx) = (source + image * inputShape.count, target + image * inputShape.count)
              dx.update(repeating: 0, count: inputShape.count)
              forEachWindow { place, pixels in
                let dy = outer + image * outputShape.count + place * channels
                for c in 0..<channels {
                  var best = pixels[0]
                  for pixel in pixels.dropFirst()
                  where x[pixel * channels + c] > x[best * channels + c] {
                    best = pixel
                  }
                  dx[best * channels + c] += dy[c]
                }
              }
            }
          }
        }
      }
    }
  }

  private var channels: Int { inputShape.channels }

  /// Calls `body` with every position of the output and the pixels under its window.
  private func forEachWindow(_ body: (_ place: Int, _ pixels: [Int]) -> Void) {
    var pixels: [Int] = []
    for y in 0..<outputShape.height {
      let top = y * stride - padding
      let rows = max(top, 0)..<min(top + window, inputShape.height)
      for x in 0..<outputShape.width {
        let left = x * stride - padding
        let columns = max(left, 0)..<min(left + window, inputShape.width)
        pixels.removeAll(keepingCapacity: true)
        for row in rows {
          for column in columns { pixels.append(row * inputShape.width + column) }
        }
        body(y * outputShape.width + x, pixels)
      }
    }
  }
}
