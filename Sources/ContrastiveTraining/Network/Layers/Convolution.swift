import ContrastiveCore

/// A two-dimensional convolution with zero padding: `Y[n, y, x] = patch[n, y, x] · W + b`.
///
/// The weight is [kernel · kernel · channels, outputs], rows in the order kernel row, kernel
/// column, channel; the optional bias is [outputs]. Output extents are
/// `⌊(extent + 2 · padding − kernel) / stride⌋ + 1`. Patches are written out for a block of images
/// at a time and multiplied by one sgemm; backward writes them again instead of keeping them.
public struct Convolution: Layer {
  /// Shape of an image it takes.
  public let inputShape: ImageShape
  /// Shape of an image it gives.
  public let outputShape: ImageShape
  /// Weight (He normal) and, if asked for, bias.
  public let parameters: [ParameterDeclaration]
  private let patches: Patches
  private let biased: Bool

  /// A convolution of images of a shape.
  ///
  /// - Parameters:
  ///   - inputShape: shape of an image it takes.
  ///   - outputs: channels it gives, at least 1.
  ///   - kernel: height and width of the kernel, at least 1 and no larger than the padded image.
  ///   - stride: step of the kernel, at least 1.
  ///   - padding: zeros on every side, 0 … kernel − 1.
  ///   - bias: whether to add one number per output channel; needless before a batch normalization.
  /// - Throws: `ContrastiveError.parameter` naming the argument outside its range.
  public init(
    _ inputShape: ImageShape, outputs: Int, kernel: Int = 3, stride: Int = 1, padding: Int = 1,
    bias: Bool = false
  ) throws(ContrastiveError) {
    guard 1...65_536 ~= outputs else {
      throw .parameter(name: "outputs", found: "\(outputs)", expected: "1 … 65536")
    }
    guard 1...255 ~= kernel else {
      throw .parameter(name: "kernel", found: "\(kernel)", expected: "1 … 255")
    }
    guard 1...255 ~= stride else {
      throw .parameter(name: "stride", found: "\(stride)", expected: "1 … 255")
    }
    guard 0..<kernel ~= padding else {
      throw .parameter(name: "padding", found: "\(padding)", expected: "0 … \(kernel - 1)")
    }
    guard min(inputShape.height, inputShape.width) + 2 * padding >= kernel else {
      throw .parameter(
        name: "kernel", found: "\(kernel)", expected: "at most the padded image of \(inputShape)")
    }
    let patches = Patches(input: inputShape, kernel: kernel, stride: stride, padding: padding)
    self.inputShape = inputShape
    self.patches = patches
    outputShape = ImageShape(unchecked: patches.outputHeight, patches.outputWidth, outputs)
    biased = bias
    var declarations = [
      ParameterDeclaration(
        name: "weight", shape: [patches.depth, outputs], decays: true,
        initial: .he(inputs: patches.depth))
    ]
    if bias {
      declarations.append(
        ParameterDeclaration(
          name: "bias", shape: [outputs], decays: false,
          initial: .inverseRoot(inputs: patches.depth)))
    }
    parameters = declarations
  }

  /// The same convolution of images of another size.
  public func taking(_ shape: ImageShape) throws(ContrastiveError) -> any Layer {
    try requireChannels(shape)
    return try Convolution(
      shape, outputs: outputs, kernel: patches.kernel, stride: patches.stride,
      padding: patches.padding, bias: biased)
  }

  private var outputs: Int { outputShape.channels }
  private var weights: Int { patches.depth * outputs }

  /// Images whose patches are written out at once: at most 16, and about half a megabyte.
  private func blocks(_ images: Int) -> Pieces {
    Pieces(images, of: min(16, 131_072 / (patches.positions * patches.depth)))
  }

  /// Replaces images by `patches · W + b`.
  public func forward(
    _ activations: inout Activations, _ pass: LayerPass
  ) throws(ContrastiveError) -> LayerRecord {
    let blocks = blocks(activations.count)
    let (depth, positions, outputs) = (patches.depth, patches.positions, outputs)
    let patchCount = blocks.size * positions * depth
    let scratch = Scratch(count: min(pass.workers.count, blocks.count) * patchCount)
    let columns = scratch.memory
    let product = pass.workers.product
    let parameters = SharedReadOnlyMemory(pass.parameters)
    let output = activations.withMemory { input in
      Activations(count: activations.count, shape: outputShape) { output in
        pass.workers.forEach(blocks) { images, worker in
          let block = columns + worker * patchCount
          gather(images, of: input, into: block)
          let target = output + images.lowerBound * outputShape.count
          let rows = images.count * positions
          product.gemm(
            rows: rows, columns: outputs, depth: depth, block, stride: depth, parameters.base,
            stride: outputs, into: target, stride: outputs)
          if biased {
            let bias = parameters + weights
            for row in 0..<rows {
              let values = target + row * outputs
              for channel in 0..<outputs { values[channel] += bias[channel] }
            }
          }
        }
      }
    }
    let record = LayerRecord(input: pass.recording ? activations : nil)
    activations = output
    return record
  }

  /// `dW += patchesᵀ · dY`, `db += Σ dY`, `dX = scatter(dY · Wᵀ)`.
  ///
  /// Every group of blocks sums its own dW; the groups, at most 32, are added in their order.
  public func backward(
    _ gradient: inout Activations, record: LayerRecord,
    into parameterGradient: UnsafeMutableBufferPointer<Float>, needsInputGradient: Bool,
    _ pass: LayerPass
  ) {
    guard let input = record.input else { return }
    let blocks = blocks(input.count)
    let groups = Pieces(blocks.count, of: (blocks.count + 31) / 32)
    let (depth, positions, outputs) = (patches.depth, patches.positions, outputs)
    let patchCount = blocks.size * positions * depth
    let scratch = Scratch(count: min(pass.workers.count, groups.count) * patchCount)
    let partials = Scratch(count: groups.count * weights)
    let (columns, partial) = (scratch.memory, partials.memory)
    let product = pass.workers.product
    let parameters = SharedReadOnlyMemory(pass.parameters)
    var inputGradient = Activations.none(inputShape)
    gradient.withMemory { gradient in
      input.withMemory { input in
        // The input's gradient has no room to be written to when nobody asks for it.
        func run(_ target: SharedMemory<Float>?) {
          pass.workers.forEach(groups.count) { group, worker in
            let sum = partial + group * weights
            let block = columns + worker * patchCount
            for index in groups[group] {
              let images = blocks[index]
              let rows = images.count * positions
              let outer = gradient + images.lowerBound * outputShape.count
              gather(images, of: input, into: block)
              product.gemm(
                .transposed, rows: depth, columns: outputs, depth: rows, block, stride: depth,
                outer, stride: outputs, adding: index != groups[group].lowerBound,
                into: sum, stride: outputs)
              guard let target else { continue }
              product.gemm(
                .plain, .transposed, rows: rows, columns: depth, depth: outputs, outer,
                stride: outputs, parameters.base, stride: outputs, into: block, stride: depth)
              for image in images {
                patches.scatter(
                  block + (image - images.lowerBound) * positions * depth,
                  into: target + image * inputShape.count)
              }
            }
          }
        }
        if needsInputGradient {
          inputGradient = Activations(count: record.input?.count ?? 0, shape: inputShape) {
            run($0)
          }
        } else {
          run(nil)
        }
      }
      let total = SharedMemory(parameterGradient)
      pass.workers.add(pieces: groups.count, width: weights, of: partial, to: total)
      if biased { addColumnSums(of: gradient, to: total + weights, pass.workers) }
    }
    gradient = inputGradient
  }

  private func gather(
    _ images: Range<Int>, of input: SharedReadOnlyMemory<Float>,
    into block: UnsafeMutablePointer<Float>
  ) {
    for image in images {
      patches.gather(
        input + image * inputShape.count,
        into: block + (image - images.lowerBound) * patches.positions * patches.depth)
    }
  }

  private func addColumnSums(
    of gradient: SharedReadOnlyMemory<Float>, to target: UnsafeMutablePointer<Float>,
    _ workers: Workers
  ) {
    let sums = workers.columnSums(
      of: gradient, rows: gradient.count / outputs, columns: outputs)
    for channel in 0..<outputs { target[channel] += Float(sums[channel]) }
  }
}
