/// The layers of a convolutional network as their definitions say.
///
/// `apply` takes the layer's parameters from the front of a flat list: a weight, then a bias.
public indirect enum ReferenceLayer: Sendable {
  /// Weight [kernel, kernel, channels, outputs], then bias [outputs] if there is one.
  case convolution(outputs: Int, kernel: Int, stride: Int, padding: Int, bias: Bool)
  /// Scale [channels], then shift [channels] if affine; statistics of the batch.
  case batchNormalization(rectified: Bool, affine: Bool = true)
  case rectifier
  case meanPool
  /// The largest of each window; what lies outside the image never wins.
  case maxPool(window: Int, stride: Int, padding: Int)
  /// max(F(x) + S(x), 0); parameters of F, then of S. No S is the identity.
  case residual(_ main: [ReferenceLayer], shortcut: [ReferenceLayer])
  /// Weight [inputs, outputs], then bias [outputs] if there is one.
  case linear(outputs: Int, bias: Bool = true)

  /// The layer's output for a batch; the parameters it used are dropped.
  public func apply(_ x: Volume, _ parameters: inout ArraySlice<Double>) -> Volume {
    switch self {
    case .convolution(let outputs, let kernel, let stride, let padding, let bias):
      let weight = Self.take(kernel * kernel * x.channels * outputs, &parameters)
      let shift =
        bias ? Self.take(outputs, &parameters) : [Double](repeating: 0, count: outputs)
      var y = Volume(
        zeros: x.count, height: (x.height + 2 * padding - kernel) / stride + 1,
        width: (x.width + 2 * padding - kernel) / stride + 1, channels: outputs)
      for n in 0..<y.count {
        for row in 0..<y.height {
          for column in 0..<y.width {
            for output in 0..<outputs {
              var sum = shift[output]
              for dy in 0..<kernel {
                for dx in 0..<kernel {
                  let (r, c) = (row * stride + dy - padding, column * stride + dx - padding)
                  if r < 0 || r >= x.height || c < 0 || c >= x.width { continue }
                  for channel in 0..<x.channels {
                    let w = ((dy * kernel + dx) * x.channels + channel) * outputs + output
                    sum += x[n, r, c, channel] * weight[w]
                  }
                }
              }
              y[n, row, column, output] = sum
            }
          }
        }
      }
      return y
    case .batchNormalization(let rectified, let affine):
      let scale =
        affine ? Self.take(x.channels, &parameters) : [Double](repeating: 1, count: x.channels)
      let shift =
        affine ? Self.take(x.channels, &parameters) : [Double](repeating: 0, count: x.channels)
      var y = x
      for c in 0..<x.channels {
        let elements = stride(from: c, to: x.values.count, by: x.channels)
        let rows = Double(x.values.count / x.channels)
        var mean = 0.0
        for i in elements { mean += x.values[i] / rows }
        var variance = 0.0
        for i in elements { variance += (x.values[i] - mean) * (x.values[i] - mean) / rows }
        for i in elements {
          let z = (x.values[i] - mean) / (variance + 1e-5).squareRoot() * scale[c] + shift[c]
          y.values[i] = rectified ? max(z, 0) : z
        }
      }
      return y
    case .rectifier:
      var y = x
      for i in y.values.indices { y.values[i] = max(x.values[i], 0) }
      return y
    case .meanPool:
      var y = Volume(zeros: x.count, height: 1, width: 1, channels: x.channels)
      for n in 0..<x.count {
        for row in 0..<x.height {
          for column in 0..<x.width {
            for c in 0..<x.channels {
              y[n, 0, 0, c] += x[n, row, column, c] / Double(x.height * x.width)
            }
          }
        }
      }
      return y
    case .maxPool(let window, let stride, let padding):
      var y = Volume(
        zeros: x.count, height: (x.height + 2 * padding - window) / stride + 1,
        width: (x.width + 2 * padding - window) / stride + 1, channels: x.channels)
      for n in 0..<y.count {
        for row in 0..<y.height {
          for column in 0..<y.width {
            for c in 0..<y.channels {
              var largest = -Double.infinity
              for dy in 0..<window {
                for dx in 0..<window {
                  let (r, s) = (row * stride + dy - padding, column * stride + dx - padding)
                  if r < 0 || r >= x.height || s < 0 || s >= x.width { continue }
                  largest = max(largest, x[n, r, s, c])
                }
              }
              y[n, row, column, c] = largest
            }
          }
        }
      }
      return y
    case .residual(let main, let shortcut):
      var (y, side) = (x, x)
      for layer in main { y = layer.apply(y, &parameters) }
      for layer in shortcut { side = layer.apply(side, &parameters) }
      for i in y.values.indices { y.values[i] = max(y.values[i] + side.values[i], 0) }
      return y
    case .linear(let outputs, let biased):
      let inputs = x.height * x.width * x.channels
      let weight = Self.take(inputs * outputs, &parameters)
      let bias =
        biased ? Self.take(outputs, &parameters) : [Double](repeating: 0, count: outputs)
      var y = Volume(zeros: x.count, height: 1, width: 1, channels: outputs)
      for n in 0..<x.count {
        for output in 0..<outputs {
          var sum = bias[output]
          for i in 0..<inputs { sum += x.values[n * inputs + i] * weight[i * outputs + output] }
          y[n, 0, 0, output] = sum
        }
      }
      return y
    }
  }

  private static func take(_ count: Int, _ parameters: inout ArraySlice<Double>) -> [Double] {
    defer { parameters = parameters.dropFirst(count) }
    return Array(parameters.prefix(count))
  }
}

extension [ReferenceLayer] {
  /// The output of the layers one after the other; `parameters` lie in the layers' order.
  public func forward(_ input: Volume, parameters: [Double]) -> Volume {
    var rest = parameters[...]
    var x = input
    for layer in self { x = layer.apply(x, &rest) }
    precondition(rest.isEmpty, "parameters left over")
    return x
  }
}
