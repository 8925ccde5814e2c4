import ContrastiveCore

/// The patches under a convolution's kernel: one row of `kernel · kernel · channels` for every
/// output position.
///
/// In NHWC a kernel row covers one contiguous run of the image, so both directions copy or add
/// runs. What the kernel sees outside the image is zero.
struct Patches: Sendable {
  let input: ImageShape
  let outputHeight: Int
  let outputWidth: Int
  let kernel: Int
  let stride: Int
  let padding: Int

  init(input: ImageShape, kernel: Int, stride: Int, padding: Int) {
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    outputHeight = (input.height + 2 * padding - kernel) / stride + 1
    outputWidth = (input.width + 2 * padding - kernel) / stride + 1
  }

  /// Output positions of an image.
  var positions: Int { outputHeight * outputWidth }

  /// Numbers in a patch.
  var depth: Int { kernel * kernel * input.channels }

  /// Whether the patches, one after the other, are the image itself.
  var isImage: Bool { kernel == 1 && stride == 1 && padding == 0 }

  /// Writes the patches of some rows of positions of one image: `rows · outputWidth × depth`.
  ///
  /// One row of the kernel at a time for all positions of an output row: of those inside the image,
  /// which are nearly all, only where they start differs.
  func gather(
    _ image: UnsafePointer<Float>, rows positions: Range<Int>,
    into rows: UnsafeMutablePointer<Float>
  ) {
    let span = kernel * input.channels
    let (inside, step) = (inside, stride * input.channels)
    var line = rows
    for y in positions {
      for dy in 0..<kernel {
        let target = line + dy * span
        let source = y * stride + dy - padding
        guard 0..<input.height ~= source else {
          for x in 0..<outputWidth { Self.fill(target + x * depth, zeros: span) }
          continue
        }
        let from = image + source * input.width * input.channels
        for x in 0..<inside.lowerBound { gather(from, at: x, into: target) }
        var (to, place) = (target + inside.lowerBound * depth, from + start(inside.lowerBound))
        for _ in inside {
          if span == 3 {
            (to[0], to[1], to[2]) = (place[0], place[1], place[2])
          } else {
            Self.copy(place, to: to, span)
          }
          to += depth
          place += step
        }
        for x in inside.upperBound..<outputWidth { gather(from, at: x, into: target) }
      }
      line += outputWidth * depth
    }
  }

  /// A row of the kernel that is not all inside the image.
  private func gather(
    _ from: UnsafePointer<Float>, at x: Int, into target: UnsafeMutablePointer<Float>
  ) {
    let (left, run, start) = columns(x)
    let row = target + x * depth
    Self.fill(row, zeros: left)
    Self.copy(from + start, to: row + left, run)
    Self.fill(row + (left + run), zeros: kernel * input.channels - left - run)
  }

  /// Output columns whose kernel is between the left and the right side of the image.
  private var inside: Range<Int> {
    let first = min(outputWidth, (padding + stride - 1) / stride)
    let end = (input.width + padding - kernel) / stride + 1
    return first..<max(first, min(outputWidth, end))
  }

  /// Where the kernel of an output column starts in the image's row.
  private func start(_ x: Int) -> Int { (x * stride - padding) * input.channels }

  /// Adds the patches of some rows of positions back to where they came from in one image, which
  /// the first rows overwrite.
  func scatter(
    _ rows: UnsafePointer<Float>, rows positions: Range<Int>,
    into image: UnsafeMutablePointer<Float>
  ) {
    if positions.lowerBound == 0 { image.update(repeating: 0, count: input.count) }
    var row = rows
    let span = kernel * input.channels
    for y in positions {
      for x in 0..<outputWidth {
        let (left, run, start) = columns(x)
        for dy in 0..<kernel {
          let target = y * stride + dy - padding
          if target >= 0 && target < input.height {
            let to = image + (target * input.width * input.channels + start)
            let from = row + left
            for offset in 0..<run { to[offset] += from[offset] }
          }
          row += span
        }
      }
    }
  }

  /// For output column `x`: numbers of a kernel row left of the image, inside it, and where the
  /// inside starts in the image's row.
  private func columns(_ x: Int) -> (left: Int, run: Int, start: Int) {
    let first = x * stride - padding
    let low = min(max(first, 0), input.width)
    let high = max(min(first + kernel, input.width), low)
    let left = min(max(-first, 0), kernel)
    return (left * input.channels, (high - low) * input.channels, low * input.channels)
  }

  /// A call of `memcpy` costs more than it saves on a run of a few numbers.
  private static let shortRun = 16

  @inline(__always)
  private static func copy(
    _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    if count > shortRun {
      target.update(from: source, count: count)
    } else {
      for offset in 0..<count { target[offset] = source[offset] }
    }
  }

  @inline(__always)
  private static func fill(_ target: UnsafeMutablePointer<Float>, zeros count: Int) {
    for offset in 0..<count { target[offset] = 0 }
  }
}
