import ContrastiveCore

/// A 3 × 3 convolution in steps of 1 with one pixel of zeros around, by F(2 × 2, 3 × 3): the same
/// weight, result and gradients as `Convolution`'s, up to rounding, with 4 multiplications for 9.
///
/// With U = G·w·Gᵀ of each kernel and V = Bᵀ·d·B of the four by four pixels d under each two by
/// two pixels of the output, `Y = Aᵀ · (V · U) · A`, where V · U are 16 products of matrices,
/// [tiles × channels] · [channels × outputs], one product each. The backward pass is the adjoint of
/// each step. Scratch: for each worker the transforms of at most 256 tiles, 64 · (channels +
/// outputs) bytes a tile, at most 16 MiB; U; and in the backward pass, for each worker, U's
/// gradient. Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016.
public struct WinogradConvolution: Layer {
  /// Shape of an image it takes.
  public let inputShape: ImageShape
  /// Shape of an image it gives.
  public let outputShape: ImageShape
  /// Weight [9 · channels, outputs], rows in the order kernel row, kernel column, channel.
  public let parameters: [ParameterDeclaration]
  private let tiles: WinogradTiles
  private let initial: Initialization

  /// A convolution of images of a shape.
  ///
  /// - Parameters:
  ///   - inputShape: shape of an image it takes.
  ///   - outputs: channels it gives, at least 1.
  ///   - initial: of the weight; He's over the inputs when nil.
  /// - Throws: `ContrastiveError.parameter` when `outputs` is out of range.
  public init(
    _ inputShape: ImageShape, outputs: Int, initial: Initialization? = nil
  ) throws(ContrastiveError) {
    try requireParameter(1...65_536 ~= outputs, "outputs", outputs, "1 … 65536")
    self.inputShape = inputShape
    self.initial = initial ?? .he(inputs: 9 * inputShape.channels)
    outputShape = ImageShape(unchecked: inputShape.height, inputShape.width, outputs)
    tiles = WinogradTiles(shape: inputShape, outputs: outputs)
    parameters = [
      ParameterDeclaration(
        name: "weight", shape: [9 * inputShape.channels, outputs], decays: true,
        initial: self.initial)
    ]
  }

  /// The same convolution of images of another size.
  public func taking(_ shape: ImageShape) throws(ContrastiveError) -> any Layer {
    try requireChannels(shape)
    return try WinogradConvolution(shape, outputs: outputs, initial: initial)
  }

  private var inputs: Int { inputShape.channels }
  private var outputs: Int { outputShape.channels }
  /// Numbers of one of the 16 matrices of U.
  private var plane: Int { inputs * outputs }

  /// U: 16 matrices, [channels × outputs] each.
  private func transformed(_ pass: LayerPass) -> Scratch {
    let scratch = Scratch(count: 16 * plane)
    let (target, plane) = (scratch.memory, plane)
    let weight = SharedReadOnlyMemory(pass.parameters)
    pass.workers.forEach(Pieces(plane, of: 4_096)) { range, _ in
      WinogradKernels.best.weights(
        weight + range.lowerBound, stride: plane, count: range.count,
        into: target + range.lowerBound)
    }
    return scratch
  }

  /// What a worker writes to: transforms of input and output tiles, and a row for what lies
  /// outside the images.
  private struct Room {
    let input: UnsafeMutablePointer<Float>
    let output: UnsafeMutablePointer<Float>
    let inputs: WinogradKernels.Images
    let outputs: WinogradKernels.Images
  }

  /// Numbers of a worker's room for chunks of some tiles.
  private func roomCount(_ chunk: Int) -> Int {
    16 * chunk * (inputs + outputs) + 2 * max(inputs, outputs)
  }

  private func room(_ memory: UnsafeMutablePointer<Float>, _ chunk: Int) -> Room {
    let output = memory + 16 * chunk * inputs
    let zeros = output + 16 * chunk * outputs
    let most = max(inputs, outputs)
    zeros.update(repeating: 0, count: most)
    func images(_ channels: Int) -> WinogradKernels.Images {
      WinogradKernels.Images(
        zeros: zeros, spare: zeros + most, height: inputShape.height, width: inputShape.width,
        channels: channels)
    }
    return Room(input: memory, output: output, inputs: images(inputs), outputs: images(outputs))
  }

  /// The images whose weight's gradient is summed together.
  public func imagesTogether(in batch: Int) -> Int? {
    let blocks = tiles.blocks(batch)
    return blocks.size * Pieces.groups(of: blocks.count, weights: 9 * plane).size
  }

  /// Replaces images by their convolution.
  public func forward(
    _ activations: inout Activations, _ pass: LayerPass
  ) throws(ContrastiveError) -> LayerRecord {
    let (inputs, outputs, plane) = (inputs, outputs, plane)
    let blocks = tiles.blocks(activations.count)
    let chunk = tiles.chunk(blocks)
    let roomCount = roomCount(chunk)
    let weights = transformed(pass)
    let rooms = Scratch(count: min(pass.workers.count, blocks.count) * roomCount)
    let (weight, memory) = (weights.memory, rooms.memory)
    let product = pass.workers.product
    let output = activations.withMemory { input in
      Activations(count: activations.count, shape: outputShape) { output in
        pass.forEach(blocks) { images, worker in
          let room = room(memory + worker * roomCount, chunk)
          tiles.forEachChunk(of: images, size: chunk) { part in
            gather(part, of: input, into: room)
            for position in 0..<16 {
              product.gemm(
                rows: part.count, columns: outputs, depth: inputs,
                room.input + position * part.count * inputs, stride: inputs,
                weight + position * plane, stride: outputs,
                into: room.output + position * part.count * outputs, stride: outputs)
            }
            part.forEachImage { image, range, place in
              WinogradKernels.best.finish(
                room.output + place * outputs, plane: part.count * outputs, of: room.outputs,
                tiles: range, into: output + image * outputShape.count)
            }
          }
        }
      }
    }
    let record = LayerRecord(input: pass.recording ? activations : nil)
    activations = output
    return record
  }

  private func gather(
    _ part: WinogradTiles.Chunk, of input: SharedReadOnlyMemory<Float>, into room: Room
  ) {
    part.forEachImage { image, range, place in
      WinogradKernels.best.gather(
        input + image * inputShape.count, of: room.inputs, tiles: range,
        into: room.input + place * inputs, plane: part.count * inputs)
    }
  }

  /// With dM = A·dY·Aᵀ: `dU = Vᵀ · dM`, `dW += Gᵀ·dU·G`, `dV = dM · Uᵀ`, `dX = Σ B·dV·Bᵀ`.
  ///
  /// Every group of blocks sums its own dW; the groups are added in their order.
  public func backward(
    _ gradient: inout Activations, record: LayerRecord,
    into parameterGradient: UnsafeMutableBufferPointer<Float>, needsInputGradient: Bool,
    _ pass: LayerPass
  ) {
    guard let input = record.input else { return }
    let blocks = tiles.blocks(input.count)
    let groups = Pieces.groups(of: blocks.count, weights: 9 * plane)
    let imagesOfGroups = Pieces(input.count, of: blocks.size * groups.size)
    let active = min(pass.workers.count, groups.count)
    let chunk = tiles.chunk(blocks)
    let roomCount = roomCount(chunk) + 16 * plane
    let weights = transformed(pass)
    let rooms = Scratch(count: active * roomCount)
    let partials = Scratch(count: groups.count * 9 * plane)
    let (weight, memory, partial) = (weights.memory, rooms.memory, partials.memory)
    let product = pass.workers.product
    var inputGradient = Activations.none(inputShape)
    gradient.withMemory { gradient in
      input.withMemory { values in
        // The input's gradient has no room to be written to when nobody asks for it.
        func run(_ target: SharedMemory<Float>?) {
          pass.forEachPiece(imagesOfGroups) { group, worker in
            let sum = memory + worker * roomCount
            let room = room(sum + 16 * plane, chunk)
            var isFirst = true
            for index in groups[group] {
              let images = blocks[index]
              if let target {
                (target + images.lowerBound * inputShape.count).update(
                  repeating: 0, count: images.count * inputShape.count)
              }
              tiles.forEachChunk(of: images, size: chunk) { part in
                differentiate(
                  part, values, gradient, weight.base, addingTo: sum, isFirst: isFirst,
                  into: target, room, product)
                isFirst = false
              }
            }
            WinogradKernels.best.weightGradient(
              sum, stride: plane, count: plane, into: partial + group * 9 * plane)
          }
        }
        if needsInputGradient {
          inputGradient = Activations(count: input.count, shape: inputShape) { run($0) }
        } else {
          run(nil)
        }
      }
    }
    pass.share?.gather(partial, imagesOfGroups, width: 9 * plane)
    pass.workers.add(
      pieces: groups.count, width: 9 * plane, of: partial, to: SharedMemory(parameterGradient))
    gradient = inputGradient
  }

  private func differentiate(
    _ part: WinogradTiles.Chunk, _ input: SharedReadOnlyMemory<Float>,
    _ gradient: SharedReadOnlyMemory<Float>, _ weight: UnsafePointer<Float>,
    addingTo sum: UnsafeMutablePointer<Float>, isFirst: Bool, into target: SharedMemory<Float>?,
    _ room: Room, _ product: MatrixProduct
  ) {
    gather(part, of: input, into: room)
    part.forEachImage { image, range, place in
      WinogradKernels.best.spread(
        gradient + image * outputShape.count, of: room.outputs, tiles: range,
        into: room.output + place * outputs, plane: part.count * outputs)
    }
    for position in 0..<16 {
      let values = room.input + position * part.count * inputs
      let outer = room.output + position * part.count * outputs
      product.gemm(
        .transposed, rows: inputs, columns: outputs, depth: part.count, values, stride: inputs,
        outer, stride: outputs, adding: !isFirst, into: sum + position * plane,
        stride: outputs)
      guard target != nil else { continue }
      product.gemm(
        .plain, .transposed, rows: part.count, columns: inputs, depth: outputs, outer,
        stride: outputs, weight + position * plane, stride: outputs, into: values, stride: inputs)
    }
    guard let target else { return }
    part.forEachImage { image, range, place in
      WinogradKernels.best.scatter(
        room.input + place * inputs, plane: part.count * inputs, of: room.inputs, tiles: range,
        into: target + image * inputShape.count)
    }
  }
}
