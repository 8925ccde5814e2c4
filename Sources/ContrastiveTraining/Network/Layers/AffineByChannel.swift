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

  private var channels: Int { center.count }

  /// Writes y; `output` may be the input.
  func apply(
    _ input: SharedReadOnlyMemory<Float>, to output: SharedMemory<Float>, rows: Int,
    _ workers: Workers
  ) {
    let channels = channels
    workers.forEach(Pieces(rows: rows, width: channels)) { range, _ in
      withConstants { center, scale, shift in
        for row in range {
          let (x, y) = (input + row * channels, output + row * channels)
          if rectified {
            for c in 0..<channels {
              let z = (x[c] - center[c]) * scale[c] + shift[c]
              y[c] = z > 0 ? z : 0
            }
          } else {
            for c in 0..<channels { y[c] = (x[c] - center[c]) * scale[c] + shift[c] }
          }
        }
      }
    }
  }

  /// Σ dz of every channel, then Σ dz · (x − center), where dz is the gradient past the rectifier.
  func gradientSums(
    _ input: SharedReadOnlyMemory<Float>, _ gradient: SharedMemory<Float>, rows: Int,
    _ workers: Workers
  ) -> [Double] {
    let channels = channels
    return workers.sums(Pieces(rows: rows, width: channels), width: 2 * channels) { range, sums in
      withConstants { center, scale, shift in
        let products = sums + channels
        for row in range {
          let (x, d) = (input + row * channels, gradient + row * channels)
          for c in 0..<channels {
            let centered = x[c] - center[c]
            let open = !rectified || centered * scale[c] + shift[c] > 0
            let dz = Double(open ? d[c] : 0)
            sums[c] += dz
            products[c] += dz * Double(centered)
          }
        }
      }
    }
  }

  /// Replaces the gradient by `scale · dz − offset − slope · (x − center)`.
  func differentiate(
    _ input: SharedReadOnlyMemory<Float>, _ gradient: SharedMemory<Float>, offset: [Float],
    slope: [Float], rows: Int, _ workers: Workers
  ) {
    let channels = channels
    workers.forEach(Pieces(rows: rows, width: channels)) { range, _ in
      withConstants { center, scale, shift in
        offset.withUnsafeBufferPointer { offset in
          slope.withUnsafeBufferPointer { slope in
            for row in range {
              let (x, d) = (input + row * channels, gradient + row * channels)
              for c in 0..<channels {
                let centered = x[c] - center[c]
                let open = !rectified || centered * scale[c] + shift[c] > 0
                d[c] = scale[c] * (open ? d[c] : 0) - offset[c] - slope[c] * centered
              }
            }
          }
        }
      }
    }
  }

  private func withConstants(
    _ body: (
      UnsafeBufferPointer<Float>, UnsafeBufferPointer<Float>, UnsafeBufferPointer<Float>
    ) -> Void
  ) {
    center.withUnsafeBufferPointer { center in
      scale.withUnsafeBufferPointer { scale in
        shift.withUnsafeBufferPointer { shift in body(center, scale, shift) }
      }
    }
  }
}
