import Contrastive
import ContrastiveFiles
import ContrastiveTraining
import FoundationEssentials

extension ImageSet {
  /// An image as an element that holds its own data; `text` describes it to those who cannot see
  /// it.
  func thumbnail(_ image: Int, text: String) -> HTML {
    let shape = pixels.shape
    let bytes = pixels.bytes[(image * shape.count)..<((image + 1) * shape.count)]
    // Of other numbers of channels the first is shown.
    let channels = shape.channels == 3 ? 3 : 1
    let samples =
      shape.channels == channels
      ? Array(bytes)
      : stride(from: bytes.startIndex, to: bytes.endIndex, by: shape.channels).map { bytes[$0] }
    guard
      let picture = try? PNGImage(
        samples: samples, width: shape.width, height: shape.height, channels: channels)
    else { return .text(text) }
    let data = Data(picture.bytes).base64EncodedString()
    return .element(
      "img",
      [
        "src": "data:image/png;base64,\(data)", "alt": text, "width": "\(shape.width)",
        "height": "\(shape.height)",
      ])
  }
}
