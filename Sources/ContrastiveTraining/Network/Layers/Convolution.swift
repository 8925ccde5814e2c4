import ContrastiveCore

/// A two-dimensional convolution with zero padding: `Y[n, y, x] = patch[n, y, x] · W + b`.
///
/// The weight is [kernel · kernel · channels, outputs], rows in the order kernel row, kernel
/// column, channel; the optional bias is [outputs]. Output extents are
/// `⌊(extent + 2 · padding − kernel) / stride⌋ + 1`. Patches are written out for a block of images
/// at a time and multiplied at once; backward writes them again instead of keeping them. Scratch
/// for each worker: the patches of a block, 512 KiB or those of one image, and of a large image
/// those of some rows, 16 MiB or those of one row. A kernel of one pixel in steps of 1 multiplies
/// the images as they are.
public struct Convolution: Layer {
  /// Shape of an image it takes.
  public let inputShape: ImageShape
  /// Shape of an image it gives.
  public let outputShape: ImageShape
  /// Weight (He normal) and, if asked for, bias.
  public let parameters: [ParameterDeclaration]
  private let patches: Patches
  private let biased: Bool
  private let initial: Initialization
  private var sumsAreBounded = false

  /// A convolution of images of a shape.
  ///
  /// - Parameters:
  ///   - inputShape: shape of an image it takes.
  ///   - outputs: channels it gives, at least 1.
  ///   - kernel: height and width of the kernel, at least 1 and no larger than the padded image.
  ///   - stride: step of the kernel, at least 1.
  ///   - padding: zeros on every side, 0 … kernel − 1.
  ///   - bias: whether to add one number per output channel; needless before a batch normalization.
  ///   - initial: of the weight; He's over the inputs when nil.
  /// - Throws: `ContrastiveError.parameter` naming the argument outside its range.
  public init(
    _ inputShape: ImageShape, outputs: Int, kernel: Int = 3, stride: Int = 1, padding: Int = 1,
    bias: Bool = false, initial: Initialization? = nil
  ) throws(ContrastiveError) {
    try requireParameter(1...65_536 ~= outputs, "outputs", outputs, "1 … 65536")
    try requireParameter(1...255 ~= kernel, "kernel", kernel, "1 … 255")
    try requireParameter(1...255 ~= stride, "stride", stride, "1 … 255")
    try requireParameter(0..<kernel ~= padding, "padding", padding, "0 … \(kernel - 1)")
    try requireParameter(
      min(inputShape.height, inputShape.width) + 2 * padding >= kernel, "kernel", kernel,
      "at most the padded image of \(inputShape)")
    let patches = Patches(input: inputShape, kernel: kernel, stride: stride, padding: padding)
    self.inputShape = inputShape
    self.patches = patches
    outputShape = ImageShape(unchecked: patches.outputHeight, patches.outputWidth, outputs)
    biased = bias
    self.initial = initial ?? .he(inputs: patches.depth)
    var declarations = [
      ParameterDeclaration(
        name: "weight", shape: [patches.depth, outputs], decays: true,
        initial: self.initial)
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
    var layer = try Convolution(
      shape, outputs: outputs, kernel: patches.kernel, stride: patches.stride,
      padding: patches.padding, bias: biased, initial: initial)
    layer.sumsAreBounded = sumsAreBounded
    return layer
  }

  /// Height and width of the kernel.
  var kernel: Int { patches.kernel }

  /// The same convolution whose weight's gradient is summed in fewer groups where the groups' sums
  /// would pass 64 MiB: for wide layers.
  func summingInBoundedMemory() -> Convolution {
    var copy = self
    copy.sumsAreBounded = true
    return copy
  }

  private var outputs: Int { outputShape.channels }
  private var weights: Int { patches.depth * outputs }

  /// Images whose patches are written out at once: at most 16, and about half a megabyte.
  private func blocks(_ images: Int) -> Pieces {
    .images(images, width: patches.positions * patches.depth, elements: 131_072)
  }

  /// Groups of blocks that each sum a weight's gradient of their own.
  private func groups(_ blocks: Pieces) -> Pieces {
    sumsAreBounded
      ? Pieces.groups(of: blocks.count, weights: weights)
      : Pieces(groupsOf: blocks.count, atMost: 32)
  }

  /// The images of a group.
  public func imagesTogether(in batch: Int) -> Int? {
    let blocks = blocks(batch)
    return blocks.size * groups(blocks).size
  }

  /// Rows of the output whose patches are written out at once: all, but of a large image no more
  /// than 16 MiB.
  private var rowsAtOnce: Int {
    let row = patches.outputWidth * patches.depth
    return min(patches.outputHeight, max(1, (4 << 20) / row))
  }

  /// Numbers of a worker's patches.
  private func patchCount(_ blocks: Pieces) -> Int {
    patches.isImage ? 0 : blocks.size * rowsAtOnce * patches.outputWidth * patches.depth
  }

  /// Output positions of a block whose patches lie in memory together.
  private struct Part {
    let images: Range<Int>
    let rows: Range<Int>
    /// Of the batch's output positions, where it starts and how many it has.
    let start: Int
    let count: Int
  }

  private func forEachPart(of images: Range<Int>, _ body: (Part) -> Void) {
    let (height, width) = (patches.outputHeight, patches.outputWidth)
    let start = images.lowerBound * patches.positions
    // A block of several images is small.
    guard rowsAtOnce < height else {
      return body(
        Part(
          images: images, rows: 0..<height, start: start, count: images.count * patches.positions))
    }
    for image in images {
      for row in Swift.stride(from: 0, to: height, by: rowsAtOnce) {
        let rows = row..<min(row + rowsAtOnce, height)
        body(
          Part(
            images: image..<(image + 1), rows: rows,
            start: image * patches.positions + row * width, count: rows.count * width))
      }
    }
  }

  /// Replaces images by `patches · W + b`.
  public func forward(
    _ activations: inout Activations, _ pass: LayerPass
  ) throws(ContrastiveError) -> LayerRecord {
    let blocks = blocks(activations.count)
    let (depth, outputs) = (patches.depth, outputs)
    let patchCount = patchCount(blocks)
    let scratch = Scratch(count: min(pass.workers.count, blocks.count) * patchCount)
    let columns = scratch.memory
    let product = pass.workers.product
    let parameters = SharedReadOnlyMemory(pass.parameters)
    let output = activations.withMemory { input in
      Activations(count: activations.count, shape: outputShape) { output in
        pass.forEach(blocks) { images, worker in
          forEachPart(of: images) { part in
            let rows = gather(part, of: input, into: columns + worker * patchCount)
            let target = output + part.start * outputs
            product.gemm(
              rows: part.count, columns: outputs, depth: depth, rows, stride: depth,
              parameters.base, stride: outputs, into: target, stride: outputs)
            guard biased else { return }
            let bias = parameters + weights
            for row in 0..<part.count {
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
    let groups = groups(blocks)
    let imagesOfGroups = Pieces(input.count, of: blocks.size * groups.size)
    let (depth, outputs) = (patches.depth, outputs)
    let patchCount = patchCount(blocks)
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
          pass.forEachPiece(imagesOfGroups) { group, worker in
            let sum = partial + group * weights
            let block = columns + worker * patchCount
            var isFirst = true
            for index in groups[group] {
              forEachPart(of: blocks[index]) { part in
                let outer = gradient + part.start * outputs
                product.gemm(
                  .transposed, rows: depth, columns: outputs, depth: part.count,
                  gather(part, of: input, into: block), stride: depth, outer, stride: outputs,
                  adding: !isFirst, into: sum, stride: outputs)
                isFirst = false
                guard let target else { return }
                let rows = patches.isImage ? target + part.start * depth : block
                product.gemm(
                  .plain, .transposed, rows: part.count, columns: depth, depth: outputs, outer,
                  stride: outputs, parameters.base, stride: outputs, into: rows, stride: depth)
                scatter(part, rows, into: target)
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
      pass.share?.gather(partial, imagesOfGroups, width: weights)
      pass.workers.add(pieces: groups.count, width: weights, of: partial, to: total)
      if biased { addBiasGradient(gradient, images: input.count, to: total + weights, pass) }
    }
    gradient = inputGradient
  }

  /// The patches of some positions, written to `block` unless they lie in the images as they are.
  private func gather(
    _ part: Part, of input: SharedReadOnlyMemory<Float>,
    into block: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    if patches.isImage { return input + part.start * patches.depth }
    for image in part.images {
      patches.gather(
        input + image * inputShape.count, rows: part.rows,
        into: block + (image - part.images.lowerBound) * patches.positions * patches.depth)
    }
    return UnsafePointer(block)
  }

  private func scatter(
    _ part: Part, _ block: UnsafePointer<Float>, into target: SharedMemory<Float>
  ) {
    if patches.isImage { return }
    for image in part.images {
      patches.scatter(
        block + (image - part.images.lowerBound) * patches.positions * patches.depth,
        rows: part.rows, into: target + image * inputShape.count)
    }
  }

  private func addBiasGradient(
    _ gradient: SharedReadOnlyMemory<Float>, images: Int,
    to target: UnsafeMutablePointer<Float>, _ pass: LayerPass
  ) {
    let sums = pass.columnSums(
      of: gradient, .images(images, width: outputShape.count), positions: outputShape.positions,
      columns: outputs)
    for channel in 0..<outputs { target[channel] += Float(sums[channel]) }
  }
}
