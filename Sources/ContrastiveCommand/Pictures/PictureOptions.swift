import ArgumentParser
import ContrastiveCore
import ContrastiveTraining

/// How much is held of images, and where decoded pictures are kept: no effect on a result.
struct PictureOptions: ParsableArguments {
  @Option(
    help: """
      Most bytes of images or embeddings to hold, as 300000000, 256M or 2G (of 1024³); the others \
      are read or decoded when they are needed. (default: for images half the machine's memory)
      """)
  var memory: MemorySize?

  @Option(
    help: "Folder to keep decoded pictures in, for other runs on the same files. (default: none)")
  var cache: String?

  @Flag(help: "Refuse a picture that cannot be decoded whole, instead of leaving it out.")
  var strict = false

  /// What concerns pictures alone, with what was given.
  func given(imageSize: Int?) -> [(name: String, value: String?)] {
    [
      ("image-size", imageSize.map { "\($0)" }), ("cache", cache),
      ("strict", strict ? "the flag" : nil),
    ]
  }

  /// Refuses what concerns pictures alone where a data folder holds arrays.
  func requirePictures(in folder: String, imageSize: Int?) throws(ContrastiveError) {
    guard try ImageFolder.holdsArrays(folder) else { return }
    for (name, value) in given(imageSize: imageSize) {
      try requireNone(value, named: name, without: "a folder of pictures as --data")
    }
  }

  /// Sets what was given.
  func apply(to reading: inout ImageReading) {
    reading.memory = memory?.bytes
    reading.cache = cache
    reading.isStrict = strict
  }
}
