import ContrastiveCore

/// Brings a rectangle of an image to the size of `target` by bilinear interpolation, with the
/// centers of pixels at halves: output i lies at `(i + 1/2) · extent / size − 1/2`, kept inside.
func bilinear(
  _ image: UnsafePointer<Float>, _ shape: ImageShape,
  _ rectangle: RandomResizedCrop.Rectangle, into output: UnsafeMutablePointer<Float>,
  _ target: ImageShape
) {
  let channels = shape.channels
  let rows = taps(rectangle.height, target.height)
  let columns = taps(rectangle.width, target.width)
  let line = rectangle.width * channels
  withUnsafeTemporaryAllocation(of: Float.self, capacity: line) { buffer in
    guard let blend = buffer.baseAddress else { return }
    for (y, row) in rows.enumerated() {
      let start = image + (rectangle.top * shape.width + rectangle.left) * channels
      let above = start + row.low * shape.width * channels
      let below = start + row.high * shape.width * channels
      let weight = row.weight
      for index in 0..<line {
        blend[index] = above[index] + weight * (below[index] - above[index])
      }
      let result = output + y * target.width * channels
      if channels == 1 {
        for x in 0..<columns.count {
          let tap = columns[x]
          let left = blend[tap.low]
          result[x] = left + tap.weight * (blend[tap.high] - left)
        }
      } else {
        for x in 0..<columns.count {
          let tap = columns[x]
          let (left, right) = (blend + tap.low * channels, blend + tap.high * channels)
          let pixel = result + x * channels
          for channel in 0..<channels {
            pixel[channel] = left[channel] + tap.weight * (right[channel] - left[channel])
          }
        }
      }
    }
  }
}

/// For every output the two inputs it lies between, and the weight of the second.
private func taps(_ extent: Int, _ size: Int) -> [(low: Int, high: Int, weight: Float)] {
  let step = Double(extent) / Double(size)
  return (0..<size).map { index in
    let place = min(max((Double(index) + 0.5) * step - 0.5, 0), Double(extent - 1))
    let low = Int(place)
    return (low, min(low + 1, extent - 1), Float(place - Double(low)))
  }
}
