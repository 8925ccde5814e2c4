import Contrastive
import ContrastiveFiles
import ContrastiveTraining
import FoundationEssentials

extension ImageSource {
  /// An image as an element that holds its own data; `text` describes it to those who cannot see
  /// it.
  package func thumbnail(_ image: Int, text: String) -> HTML {
    guard let address = pictureData(image) else { return .text(text) }
    return .element(
      "img",
      [
        "src": address, "alt": text, "width": "\(shape.width)", "height": "\(shape.height)",
      ])
  }

  /// An image as an address that holds its data; nil when it cannot be given.
  ///
  /// Images of more than 96 pixels a side are shown by the means of squares of pixels: a page holds
  /// hundreds of them.
  func pictureData(_ image: Int) -> String? {
    guard let pixels = try? pixels(at: [image], workers: .one) else { return nil }
    // Of other numbers of channels the first is shown.
    let channels = shape.channels == 3 ? 3 : 1
    let step = (max(shape.height, shape.width) + 95) / 96
    let (height, width) = (max(1, shape.height / step), max(1, shape.width / step))
    var samples: [UInt8] = []
    samples.reserveCapacity(height * width * channels)
    for row in 0..<height {
      for column in 0..<width {
        for channel in 0..<channels {
          var (sum, count) = (0, 0)
          for y in (row * step)..<min((row + 1) * step, shape.height) {
            for x in (column * step)..<min((column + 1) * step, shape.width) {
              sum += Int(pixels.bytes[(y * shape.width + x) * shape.channels + channel])
              count += 1
            }
          }
          samples.append(UInt8((sum + count / 2) / count))
        }
      }
    }
    guard
      let picture = try? PNGImage(
        samples: samples, width: width, height: height, channels: channels)
    else { return nil }
    return "data:image/png;base64,\(Data(picture.bytes).base64EncodedString())"
  }
}
