import ContrastiveCore

/// The rectifier (ReLU): `Y = max(X, 0)`, element by element.
public struct Rectifier: Layer {
  /// Shape of an image it takes.
  public let inputShape: ImageShape
  /// The same shape.
  public var outputShape: ImageShape { inputShape }

  /// The rectifier of images of a shape.
  public init(_ inputShape: ImageShape) { self.inputShape = inputShape }

  /// The rectifier of images of another shape.
  public func taking(_ shape: ImageShape) throws(ContrastiveError) -> any Layer {
    Rectifier(shape)
  }

  /// An image by itself.
  public func imagesTogether(in batch: Int) -> Int? { 1 }

  /// Replaces negative elements by 0.
  public func forward(
    _ activations: inout Activations, _ pass: LayerPass
  ) throws(ContrastiveError) -> LayerRecord {
    let input = activations
    activations = input.withMemory { source in
      Activations(count: input.count, shape: inputShape) { target in
        pass.forEachElements(of: input.count, width: inputShape.count) { range in
          let (x, y) = (source + range.lowerBound, target + range.lowerBound)
          for offset in 0..<range.count { y[offset] = x[offset] > 0 ? x[offset] : 0 }
        }
      }
    }
    return LayerRecord(input: pass.recording ? input : nil)
  }

  /// `dX = dY` where X > 0, else 0.
  public func backward(
    _ gradient: inout Activations, record: LayerRecord,
    into parameterGradient: UnsafeMutableBufferPointer<Float>, needsInputGradient: Bool,
    _ pass: LayerPass
  ) {
    guard needsInputGradient, let input = record.input else { return }
    input.withMemory { source in
      gradient.withMutableMemory { gradient in
        pass.forEachElements(of: input.count, width: inputShape.count) { range in
          let (x, d) = (source + range.lowerBound, gradient + range.lowerBound)
          for offset in 0..<range.count { d[offset] = x[offset] > 0 ? d[offset] : 0 }
        }
      }
    }
  }
}
