import ArgumentParser
import Contrastive
import ContrastiveFiles
import ContrastiveTraining

/// `contrastive embed`.
struct EmbedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract: "Embed images with a trained encoder, or adapt embeddings with a trained head.",
    discussion: """
      With --images: writes the backbone's features, .npy f4 [n, dimension], not normalized. \
      Images are a folder of pictures (.jpg, .jpeg, .png, .webp at any depth), an .npy file u1 \
      [n,H,W] or [n,H,W,C] (channels last) or an IDX file, each also gzipped, of any size with the \
      channels the encoder was trained on. Pictures are brought to its size and channels; rows are \
      in the order of their paths' bytes, and --names lists the paths, one a line. A picture that \
      cannot be decoded whole is named on standard error and has neither a row nor a line.

      With --vectors and a run of `contrastive adapt`: writes the rows as the head of their --side \
      gives them, .npy f4 [n, dimension], normalized. Embeddings are .npy, a safetensors file with \
      one tensor, or file:tensor. `contrastive adapt --help` has an example.

      Example:
        contrastive embed --run run --images ~/Pictures --output features.npy
      """)

  @Option(name: .customLong("run"), help: "Run folder of `contrastive train` or `adapt`.")
  var runFolder: String

  @Option(help: "A folder of pictures, or images as .npy or IDX.")
  var images: String?

  @Option(help: "Embeddings to adapt.")
  var vectors: String?

  @Option(help: "Whose embeddings they are: queries or documents.")
  var side: Adapter.Side?

  @Option(name: .shortAndLong, help: "Features to write, .npy, \(OutputFile.help)")
  var output: String

  @Option(help: "File to list the rows' pictures in, one path below --images a line.")
  var names: String?

  @Option(help: "Height and width that pictures are brought to. (default: the encoder's)")
  var imageSize: Int?

  @OptionGroup(title: "Pictures and memory") var pictures: PictureOptions
  @OptionGroup var parallel: ParallelOptions

  func run() throws {
    let file = try OutputFile(output, format: .npy, inputs: [images, vectors, runFolder])
    guard names == nil || images != nil else {
      throw ValidationError("--names goes with --images")
    }
    switch (images, vectors, side) {
    case (let images?, nil, nil): try embed(images, to: file)
    case (nil, let vectors?, let side?): try adapt(vectors, side, to: file)
    default:
      throw ValidationError(
        "give --images FILE, or --vectors FILE with --side queries or documents")
    }
  }

  private func adapt(_ vectors: String, _ side: Adapter.Side, to file: OutputFile) throws {
    for (name, value) in pictures.given(imageSize: imageSize) {
      try requireNone(value, named: name, without: "--images")
    }
    let adapter = try AdapterFile(path: AdapterFolder(path: runFolder).adapterPath).adapter
    let adapted = try adapter.apply(
      to: EmbeddingFiles.matrix(path: vectors, memory: pictures.memory), side: side,
      argument: vectors,
      workers: parallel.workers)
    try NPYFile.write(Tensor(adapted), to: file.path)
    try Standard.json(["rows": adapted.rows, "dimension": adapted.columns], beside: [file])
  }

  private func embed(_ images: String, to file: OutputFile) throws {
    let list = try names.map { name throws(ContrastiveError) in
      try OutputFile(
        name, format: .txt, inputs: [images, runFolder], option: "names", besides: file)
    }
    let workers = try parallel.workers
    let input = try EncoderPictures(
      encoder: RunFolder(path: runFolder).encoderPath, size: imageSize, options: pictures)
    let source: any ImageSource
    var paths: [UInt8] = []
    if OutputTarget(path: images) == .folder {
      let set = try input.all(in: images, workers: workers)
      for index in 0..<set.count { paths += set.path(of: index) + [UInt8(ascii: "\n")] }
      source = set
    } else {
      guard names == nil else {
        throw ContrastiveError.parameter(
          name: "names", found: images, expected: "a folder of pictures as --images")
      }
      for (name, value) in pictures.given(imageSize: imageSize) {
        try requireNone(value, named: name, without: "a folder of pictures as --images")
      }
      source = try input.array(images)
    }
    Standard.error("\(source.count) images of \(source.shape) (height × width × channels)\n")
    let trained = try input.encoder(for: source.shape)
    let features = try trained.encoder.features(
      of: source, scaling: trained.scaling, workers: workers)
    try NPYFile.write(Tensor(features), to: file.path)
    if let list {
      try AtomicFile.write(to: list.path) { writer throws(ContrastiveError) in
        try writer.write(paths)
      }
    }
    try Standard.json(
      ["rows": features.rows, "dimension": features.columns],
      beside: [file, list])
  }
}
