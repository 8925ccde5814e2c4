import ContrastiveCore
import ContrastiveFiles
import ContrastiveImages
import ContrastiveTraining

/// Images as a trained encoder takes them.
struct EncoderPictures {
  /// How pictures are read.
  private(set) var reading: ImageReading
  private let path: String
  private let trained: ImageShape

  /// Pictures of the size and the channels that an encoder was trained on.
  ///
  /// - Parameters:
  ///   - path: the encoder's file.
  ///   - size: another size.
  ///   - options: how much is held, and where pictures are kept.
  /// - Throws: `ContrastiveError`.
  init(encoder path: String, size: Int?, options: PictureOptions) throws(ContrastiveError) {
    self.path = path
    trained = try EncoderFile(path: path).encoder.inputShape
    reading = ImageReading()
    options.apply(to: &reading)
    if let size {
      guard 1...4_096 ~= size else {
        throw .parameter(name: "image-size", found: "\(size)", expected: "1 … 4096")
      }
      reading.imageSize = size
    } else {
      reading.imageSize = min(trained.height, trained.width)
    }
    reading.channels = trained.channels
  }

  /// The encoder, for images of a shape.
  func encoder(for shape: ImageShape) throws(ContrastiveError) -> EncoderFile {
    try EncoderFile(path: path, for: shape)
  }

  /// Refuses encoders of other than 1 or 3 channels.
  private func requireColors() throws(ContrastiveError) {
    guard trained.channels == 1 || trained.channels == 3 else {
      throw .file(
        path: path,
        problem: "is of an encoder of \(trained.channels) channels; pictures have 1 or 3")
    }
  }

  /// All pictures of a folder; those that cannot be decoded are named on standard error.
  func all(in folder: String, workers: Workers) throws(ContrastiveError) -> PictureSet {
    try requireColors()
    var display = DecodingDisplay()
    let found = try PictureSet.all(in: folder, reading: reading, workers: workers) {
      display.show($0, of: $1)
    }
    display.end()
    DataFolder.warn(of: found.skipped)
    return found.pictures
  }

  /// One picture.
  func picture(_ file: String) throws(ContrastiveError) -> PictureSet {
    try requireColors()
    return try PictureSet.picture(file, reading: reading)
  }

  /// The images of an array in a file.
  func array(_ file: String) throws(ContrastiveError) -> any ImageSource {
    var memory = reading.memoryLimit
    return try ImageArray.open(file, labelsPath: nil, memory: &memory)
  }
}
