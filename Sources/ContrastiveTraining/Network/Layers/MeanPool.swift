import ContrastiveCore

/// The mean over an image's positions: `Y[n, c] = Σ_p X[n, p, c] / positions`.
public struct MeanPool: Layer {
  /// Shape of an image it takes.
  public let inputShape: ImageShape
  /// A vector of the input's channels.
  public var outputShape: ImageShape { .vector(inputShape.channels) }

  /// The mean over images of a shape.
  public init(_ inputShape: ImageShape) { self.inputShape = inputShape }

  /// The mean over images of another shape.
  public func taking(_ shape: ImageShape) throws(ContrastiveError) -> any Layer {
    MeanPool(shape)
  }

  private func pieces(_ images: Int) -> Pieces {
    .images(images, width: inputShape.count)
  }

  /// An image by itself.
  public func imagesTogether(in batch: Int) -> Int? { 1 }

  /// Replaces images by their means.
  public func forward(
    _ activations: inout Activations, _ pass: LayerPass
  ) throws(ContrastiveError) -> LayerRecord {
    let (positions, channels) = (inputShape.positions, inputShape.channels)
    let factor = 1 / Float(positions)
    activations = activations.withMemory { input in
      Activations(count: activations.count, shape: outputShape) { output in
        pass.forEach(pieces(activations.count)) { images, _ in
          for image in images {
            let mean = output + image * channels
            mean.update(repeating: 0, count: channels)
            for position in 0..<positions {
              let pixel = input + (image * positions + position) * channels
              for channel in 0..<channels { mean[channel] += pixel[channel] }
            }
            for channel in 0..<channels { mean[channel] *= factor }
          }
        }
      }
    }
    return LayerRecord()
  }

  /// `dX[n, p, c] = dY[n, c] / positions`.
  public func backward(
    _ gradient: inout Activations, record: LayerRecord,
    into parameterGradient: UnsafeMutableBufferPointer<Float>, needsInputGradient: Bool,
    _ pass: LayerPass
  ) {
    guard needsInputGradient else { return }
    let (positions, channels) = (inputShape.positions, inputShape.channels)
    let factor = 1 / Float(positions)
    gradient = gradient.withMemory { outer in
      Activations(count: gradient.count, shape: inputShape) { target in
        pass.forEach(pieces(gradient.count)) { images, _ in
          for image in images {
            let mean = outer + image * channels
            for position in 0..<positions {
              let pixel = target + (image * positions + position) * channels
              for channel in 0..<channels { pixel[channel] = mean[channel] * factor }
            }
          }
        }
      }
    }
  }
}
