import ContrastiveCore

/// Two ways from one input, added and rectified: `Y = max(F(X) + S(X), 0)`.
///
/// F are the layers of the block; the shortcut S is the identity, or layers that give F's shape. He
/// et al., "Deep residual learning for image recognition", CVPR 2016.
public struct ResidualBlock: Layer {
  private let main: LayerChain
  private let shortcut: LayerChain

  /// A block of layers.
  ///
  /// - Parameters:
  ///   - main: F, at least one layer.
  ///   - shortcut: S; none for the identity.
  /// - Throws: `ContrastiveError.empty` without layers, `.shape` when two neighbors or the two
  ///   outputs do not fit.
  public init(
    _ main: [Network.NamedLayer], shortcut: [Network.NamedLayer] = []
  ) throws(ContrastiveError) {
    guard let first = main.first, let last = main.last else { throw .empty(argument: "main") }
    self.main = LayerChain(main)
    self.shortcut = LayerChain(shortcut, after: self.main)
    inputShape = first.layer.inputShape
    outputShape = last.layer.outputShape
    for (name, layers) in [("main", main), ("shortcut", shortcut)] {
      var shape = inputShape
      for (index, named) in layers.enumerated() {
        try requireShape(
          named.layer.inputShape == shape, "\(name)[\(index)]", "\(named.layer.inputShape)",
          "\(shape)")
        shape = named.layer.outputShape
      }
      try requireShape(shape == outputShape, "shortcut", "\(shape)", "\(outputShape)")
    }
  }

  /// Shape of an image it takes.
  public let inputShape: ImageShape
  /// Shape of an image it gives.
  public let outputShape: ImageShape
  /// Those of the layers, then those of the shortcut.
  public var parameters: [ParameterDeclaration] { main.parameters + shortcut.parameters }
  /// Those of the layers, then those of the shortcut.
  public var buffers: [ParameterDeclaration] { main.buffers + shortcut.buffers }

  /// The layers it is made of.
  var parts: [Network.NamedLayer] { main.layers + shortcut.layers }

  /// The same block of images of another size.
  public func taking(_ shape: ImageShape) throws(ContrastiveError) -> any Layer {
    try ResidualBlock(main.taking(shape), shortcut: shortcut.taking(shape))
  }

  /// Those of its layers.
  public func imagesTogether(in batch: Int) -> Int? {
    guard let main = main.imagesTogether(in: batch),
      let shortcut = shortcut.imagesTogether(in: batch)
    else { return nil }
    return max(main, shortcut)
  }

  /// Replaces images by `max(F(X) + S(X), 0)`.
  public func forward(
    _ activations: inout Activations, _ pass: LayerPass
  ) throws(ContrastiveError) -> LayerRecord {
    var side = activations
    let records = try main.forward(&activations, pass)
    let sideRecords = try shortcut.forward(&side, pass)
    let count = side.count
    side.withMemory { side in
      activations.withMutableMemory { sum in
        pass.forEachElements(of: count, width: outputShape.count) { range in
          let (x, y) = (side + range.lowerBound, sum + range.lowerBound)
          for offset in 0..<range.count {
            let z = y[offset] + x[offset]
            y[offset] = z > 0 ? z : 0
          }
        }
      }
    }
    guard pass.recording else { return LayerRecord() }
    return LayerRecord(output: activations, parts: records + sideRecords)
  }

  /// With dZ = dY where Y > 0, else 0: `dX = dF(dZ) + dS(dZ)`.
  public func backward(
    _ gradient: inout Activations, record: LayerRecord,
    into parameterGradient: UnsafeMutableBufferPointer<Float>, needsInputGradient: Bool,
    _ pass: LayerPass
  ) {
    guard let output = record.output else { return }
    let count = output.count
    output.withMemory { output in
      gradient.withMutableMemory { gradient in
        pass.forEachElements(of: count, width: outputShape.count) { range in
          let (y, d) = (output + range.lowerBound, gradient + range.lowerBound)
          for offset in 0..<range.count { d[offset] = y[offset] > 0 ? d[offset] : 0 }
        }
      }
    }
    var side = gradient
    main.backward(
      &gradient, records: record.parts.prefix(main.layers.count), into: parameterGradient,
      needsInputGradient: needsInputGradient, pass)
    shortcut.backward(
      &side, records: record.parts.dropFirst(main.layers.count), into: parameterGradient,
      needsInputGradient: needsInputGradient, pass)
    guard needsInputGradient else { return }
    side.withMemory { side in
      gradient.withMutableMemory { sum in
        pass.forEachElements(of: count, width: inputShape.count) { range in
          let (x, y) = (side + range.lowerBound, sum + range.lowerBound)
          for offset in 0..<range.count { y[offset] += x[offset] }
        }
      }
    }
  }
}
