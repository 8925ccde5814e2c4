import ContrastiveCore

/// `y = scale · (x − center) + shift` per channel, optionally rectified, and its derivative.
///
/// Backward repeats forward's arithmetic to the bit, so that both agree on which elements the
/// rectifier lets through.
struct AffineByChannel: Sendable {
  let center: [Float]
  let scale: [Float]
  let shift: [Float]
  let rectified: Bool
  /// Positions of an image.
  let positions: Int

  private var channels: Int { center.count }

  /// What z is cut off at from below.
  private var floor: Float { rectified ? 0 : -.infinity }

  /// Writes y.
  ///
  /// Not in place: a loop over two pointers that turn out equal runs its slow, unvectorized form.
  func apply(
    _ input: SharedReadOnlyMemory<Float>, to output: SharedMemory<Float>, images: Int,
    _ pass: LayerPass
  ) {
    let (channels, positions, floor) = (channels, positions, floor)
    let scratch = packed([center, scale, shift])
    let constants = scratch.memory
    pass.forEach(.images(images, width: positions * channels)) { images, _ in
      let (center, scale, shift) = (constants.base, constants + channels, constants + 2 * channels)
      for row in (images.lowerBound * positions)..<(images.upperBound * positions) {
        let (x, y) = (input + row * channels, output + row * channels)
        for c in 0..<channels {
          let z = (x[c] - center[c]) * scale[c] + shift[c]
          y[c] = z < floor ? floor : z
        }
      }
    }
  }

  /// Σ dz of every channel, then Σ dz · (x − center), where dz is the gradient past the rectifier.
  func gradientSums(
    _ input: SharedReadOnlyMemory<Float>, _ gradient: SharedMemory<Float>, images: Int,
    _ pass: LayerPass
  ) -> [Double] {
    let (channels, positions, floor) = (channels, positions, floor)
    let scratch = packed([center, scale, shift])
    let constants = scratch.memory
    let pieces = Pieces.images(images, width: positions * channels)
    return pass.sums(pieces, width: 2 * channels) { images, sums in
      let (center, scale, shift) = (constants.base, constants + channels, constants + 2 * channels)
      let products = sums + channels
      for row in (images.lowerBound * positions)..<(images.upperBound * positions) {
        let (x, d) = (input + row * channels, gradient + row * channels)
        for c in 0..<channels {
          let centered = x[c] - center[c]
          // Loading d before the comparison lets the compiler select instead of branch.
          let outer = d[c]
          let dz = Double(centered * scale[c] + shift[c] > floor ? outer : 0)
          sums[c] += dz
          products[c] += dz * Double(centered)
        }
      }
    }
  }

  /// Replaces the gradient by `scale · dz − offset − slope · (x − center)`.
  func differentiate(
    _ input: SharedReadOnlyMemory<Float>, _ gradient: SharedMemory<Float>, offset: [Float],
    slope: [Float], images: Int, _ pass: LayerPass
  ) {
    let (channels, positions, floor) = (channels, positions, floor)
    let scratch = packed([center, scale, shift, offset, slope])
    let constants = scratch.memory
    pass.forEach(.images(images, width: positions * channels)) { images, _ in
      let (center, scale, shift) = (constants.base, constants + channels, constants + 2 * channels)
      let (offset, slope) = (constants + 3 * channels, constants + 4 * channels)
      for row in (images.lowerBound * positions)..<(images.upperBound * positions) {
        let (x, d) = (input + row * channels, gradient + row * channels)
        for c in 0..<channels {
          let centered = x[c] - center[c]
          let outer = d[c]
          let dz = centered * scale[c] + shift[c] > floor ? outer : 0
          d[c] = scale[c] * dz - offset[c] - slope[c] * centered
        }
      }
    }
  }

  private func packed(_ vectors: [[Float]]) -> Scratch {
    let scratch = Scratch(count: vectors.count * channels)
    for (index, vector) in vectors.enumerated() {
      (scratch.memory + index * channels).update(from: vector, count: channels)
    }
    return scratch
  }
}
