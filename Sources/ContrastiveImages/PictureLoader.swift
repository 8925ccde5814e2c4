import CLibrary
import ContrastiveCore
import ContrastiveFiles
import ContrastiveTraining
import Synchronization

/// Decodes every picture of a list once: what can be decoded is known before it is used.
struct PictureLoader {
  let root: String
  let files: [FileName]
  let reading: ImageReading
  let workers: Workers
  /// Called with the pictures decoded so far and all of them.
  let report: (_ done: Int, _ total: Int) -> Void

  /// What became of the list.
  struct Loaded {
    let store: PictureStore
    /// Places in the list of those in the store.
    let places: [Int]
    let skipped: [SkippedImage]
  }

  private typealias Examined = Result<PictureFile, PictureProblem>

  /// - Throws: `ContrastiveError.file` when none can be decoded, when one cannot and all must, and
  ///   for a folder of decoded pictures that cannot be used; `.canceled`.
  func load() throws(ContrastiveError) -> Loaded {
    let examined = try examine()
    try requireAll(examined)
    var channels = reading.channels ?? Self.channels(examined)
    while true {
      let pass = try decode(examined, PictureDecoder(size: reading.imageSize, channels: channels))
      try requireAll(pass.results)
      guard pass.results.contains(where: { (try? $0.get()) != nil }) else {
        throw noneDecoded(pass.results)
      }
      // A color picture that is damaged does not make gray ones colored.
      let needed = reading.channels ?? Self.channels(pass.results)
      if needed == channels { return loaded(pass) }
      channels = needed
    }
  }

  private static func channels(_ results: [Examined]) -> Int {
    results.contains { (try? $0.get())?.isGray == false } ? 3 : 1
  }

  /// Reads every header.
  private func examine() throws(ContrastiveError) -> [Examined] {
    let unread = Examined.failure(PictureProblem(text: "was not read"))
    let results = SharedArray(repeating: unread, count: files.count)
    let memory = results.memory
    let (files, root) = (files, root)
    for start in stride(from: 0, to: files.count, by: 1_024) {
      try workers.checkCanceled()
      workers.forEach(min(1_024, files.count - start)) { offset, _ in
        do throws(PictureProblem) {
          memory[start + offset] = .success(
            try PictureDecoder.examine(files[start + offset].path(below: root)))
        } catch {
          memory[start + offset] = .failure(error)
        }
      }
    }
    return results.elements
  }

  private func requireAll(_ results: [Examined]) throws(ContrastiveError) {
    guard reading.isStrict else { return }
    for (file, result) in zip(files, results) {
      if case .failure(let problem) = result {
        throw .file(path: "\(root)/\(file.text)", problem: problem.text)
      }
    }
  }

  private func noneDecoded(_ results: [Examined]) -> ContrastiveError {
    guard case .failure(let problem)? = results.first, let file = files.first else {
      return .empty(argument: "pictures")
    }
    return .file(
      path: root,
      problem: "holds no picture that can be decoded, of \(files.count); the first, "
        + "\(file.text), \(problem.text)")
  }

  /// All pictures decoded once.
  private struct Pass {
    let decoder: PictureDecoder
    let results: [Examined]
    /// The first pictures, as many as fit.
    let held: [UInt8]
    let packed: PackedPictures?
  }

  private func loaded(_ pass: Pass) -> Loaded {
    var (stored, places): ([PictureStore.File], [Int]) = ([], [])
    var skipped: [SkippedImage] = []
    for (place, result) in pass.results.enumerated() {
      switch result {
      case .success(let file):
        stored.append(PictureStore.File(name: files[place], stamp: file.stamp, place: place))
        places.append(place)
      case .failure(let problem):
        skipped.append(SkippedImage(name: files[place].text, problem: problem.text))
      }
    }
    let store = PictureStore(
      root: root, files: stored, decoder: pass.decoder, held: pass.held, packed: pass.packed)
    return Loaded(store: store, places: places, skipped: skipped)
  }

  private func decode(
    _ examined: [Examined], _ decoder: PictureDecoder
  ) throws(ContrastiveError) -> Pass {
    guard let cache = reading.cache else {
      let (results, held) = try decodeAll(examined, decoder) { _ in }
      return Pass(decoder: decoder, results: results, held: held, packed: nil)
    }
    let stamps = examined.map { (try? $0.get())?.stamp }
    let path = PackedPictures.path(
      in: cache, key: PackedPictures.key(files, stamps), decoder: decoder)
    if let packed = PackedPictures(path: path, count: files.count, decoder: decoder),
      packed.isWhole()
    {
      return try unpack(packed, examined, decoder)
    }
    try makeFolder(cache)
    let scratch = try ScratchImages(in: cache)
    var checksums: [UInt32] = []
    let (results, held) = try decodeAll(examined, decoder) { bytes throws(ContrastiveError) in
      let size = decoder.bytesPerImage
      for image in 0..<(bytes.count / size) {
        var sum = CRC32()
        sum.add(UnsafeRawBufferPointer(rebasing: bytes[(image * size)..<((image + 1) * size)]))
        checksums.append(sum.value)
      }
      try scratch.append(bytes)
    }
    try PackedPictures.write(
      to: path, decoder: decoder, images: scratch, checksums: checksums,
      decoded: results.map { (try? $0.get()) != nil })
    let packed = PackedPictures(path: path, count: files.count, decoder: decoder)
    return Pass(decoder: decoder, results: results, held: held, packed: packed)
  }

  private func makeFolder(_ path: String) throws(ContrastiveError) {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += made.isEmpty || made.hasSuffix("/") ? part : "/" + part
      if mkdir(made, 0o777) != 0, errno != EEXIST, errno != EISDIR {
        throw .file(
          path: path, problem: "cannot be made: \(made): \(String(cString: strerror(errno)))")
      }
    }
  }

  /// Pictures that were decoded before.
  private func unpack(
    _ packed: PackedPictures, _ examined: [Examined], _ decoder: PictureDecoder
  ) throws(ContrastiveError) -> Pass {
    var results = examined
    let size = decoder.bytesPerImage
    var held: [UInt8] = []
    var image = [UInt8](repeating: 0, count: size)
    let limit = reading.memoryLimit / size
    held.reserveCapacity(min(limit, packed.decoded.count { $0 }) * size)
    for (place, isDecoded) in packed.decoded.enumerated() {
      guard isDecoded else {
        results[place] = .failure(problem(of: place, examined, decoder))
        continue
      }
      guard held.count / size < limit else { continue }
      try image.withUnsafeMutableBufferPointer { buffer throws(ContrastiveError) in
        guard let target = buffer.baseAddress else { return }
        try packed.read(place, into: target)
      }
      held += image
    }
    return Pass(decoder: decoder, results: results, held: held, packed: packed)
  }

  /// What is wrong with a picture that could not be decoded.
  private func problem(
    of place: Int, _ examined: [Examined], _ decoder: PictureDecoder
  ) -> PictureProblem {
    if case .failure(let problem) = examined[place] { return problem }
    var image = [UInt8](repeating: 0, count: decoder.bytesPerImage)
    return image.withUnsafeMutableBufferPointer { buffer in
      guard let target = buffer.baseAddress else { return PictureProblem(text: "is empty") }
      do throws(PictureProblem) {
        _ = try decoder.decode(files[place].path(below: root), into: target)
        return PictureProblem(text: "could not be decoded before")
      } catch {
        return error
      }
    }
  }

  /// Decodes all pictures in pieces and holds the first, as many as fit.
  ///
  /// - Parameters:
  ///   - examined: what the headers say.
  ///   - decoder: the size and the channels.
  ///   - body: gets the pictures of each piece in order, with zeros for those that cannot be
  ///     decoded.
  /// - Returns: what became of each, and the pictures held.
  /// - Throws: what `body` throws; `.canceled`.
  private func decodeAll(
    _ examined: [Examined], _ decoder: PictureDecoder,
    _ body: (UnsafeRawBufferPointer) throws(ContrastiveError) -> Void
  ) throws(ContrastiveError) -> (results: [Examined], held: [UInt8]) {
    let size = decoder.bytesPerImage
    let results = SharedArray(examined)
    let memory = results.memory
    let (files, root) = (files, root)
    let limit = reading.memoryLimit / size
    var held: [UInt8] = []
    held.reserveCapacity(min(limit, files.count) * size)
    let piece = max(4, min(512, (8 << 20) / size))
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: piece * size)
    defer { buffer.deallocate() }
    for start in stride(from: 0, to: files.count, by: piece) {
      try workers.checkCanceled()
      report(start, files.count)
      let range = start..<min(start + piece, files.count)
      buffer.initialize(repeating: 0)
      let output = SharedMemory(buffer)
      workers.forEach(range.count) { offset, _ in
        guard case .success = memory[start + offset] else { return }
        let target = output + offset * size
        do throws(PictureProblem) {
          memory[start + offset] = .success(
            try decoder.decode(files[start + offset].path(below: root), into: target))
        } catch {
          target.update(repeating: 0, count: size)
          memory[start + offset] = .failure(error)
        }
      }
      for offset in 0..<range.count where held.count / size < limit {
        guard case .success = memory[start + offset] else { continue }
        held += buffer[(offset * size)..<((offset + 1) * size)]
      }
      let bytes = UnsafeRawBufferPointer(buffer)[..<(range.count * size)]
      try body(UnsafeRawBufferPointer(rebasing: bytes))
    }
    report(files.count, files.count)
    return (results.elements, held)
  }
}
