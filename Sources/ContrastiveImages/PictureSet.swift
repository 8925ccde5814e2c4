import ContrastiveCore
import ContrastiveTraining
import Synchronization

/// Pictures in files as a source of images: those that fit into memory are held, the others decoded
/// when they are asked for.
public struct PictureSet: ImageSource {
  /// Shape of every image.
  public let shape: ImageShape
  /// One label per picture; nil where there are no classes.
  public let labels: [Int]?
  let store: PictureStore

  /// Number of pictures.
  public var count: Int { store.files.count }
  /// Whether all pictures are held.
  public var isInMemory: Bool { store.heldCount == count }

  /// A picture's path below the folder; what is no UTF-8 in it is replaced.
  public func name(of index: Int) -> String? { store.files[index].name.text }

  /// The bytes of a picture's path below the folder.
  package func path(of index: Int) -> [UInt8] { store.files[index].name.bytes }

  /// The pictures of some indices.
  ///
  /// - Parameters:
  ///   - indices: in 0 ..< count, in any order.
  ///   - workers: the threads that decode.
  /// - Returns: one image per index.
  /// - Throws: `ContrastiveError.index`, or `.file` for a picture that has changed since it was
  ///   first decoded.
  public func pixels(
    at indices: [Int], workers: Workers
  ) throws(ContrastiveError) -> Pixels {
    for (position, index) in indices.enumerated() where !(0..<count ~= index) {
      throw .index(
        argument: "indices", position: position, found: "\(index)", expected: "0 ..< \(count)")
    }
    return try Pixels(store.bytes(at: indices, workers: workers), shape: shape)
  }
}

/// Files of pictures and what is held of them.
final class PictureStore: Sendable {
  /// A file that could be decoded.
  struct File: Sendable {
    let name: FileName
    let stamp: PictureFile.Stamp
    /// Its place in the packed file.
    let place: Int
  }

  let root: String
  let files: [File]
  let decoder: PictureDecoder
  /// The first pictures, as many as fit.
  private let held: [UInt8]
  private let packed: PackedPictures?

  /// Pictures held.
  var heldCount: Int { held.count / decoder.bytesPerImage }

  init(
    root: String, files: [File], decoder: PictureDecoder, held: [UInt8], packed: PackedPictures?
  ) {
    (self.root, self.files, self.decoder) = (root, files, decoder)
    (self.held, self.packed) = (held, packed)
  }

  /// The pictures of some indices, one after the other.
  func bytes(at indices: [Int], workers: Workers) throws(ContrastiveError) -> [UInt8] {
    let size = decoder.bytesPerImage
    let failure = FirstFailure()
    let bytes = [UInt8](unsafeUninitializedCapacity: indices.count * size) { buffer, initialized in
      let output = SharedMemory(buffer)
      let held = heldCount
      workers.forEach(indices.count) { position, _ in
        let index = indices[position]
        let target = output + position * size
        if index < held {
          self.held.withUnsafeBufferPointer { source in
            guard let source = source.baseAddress else { return }
            target.initialize(from: source + index * size, count: size)
          }
        } else {
          target.initialize(repeating: 0, count: size)
          do throws(ContrastiveError) {
            try give(files[index], into: target)
          } catch {
            failure.note(error, at: position)
          }
        }
      }
      initialized = indices.count * size
    }
    if let error = failure.error { throw error }
    return bytes
  }

  /// Reads or decodes one picture again.
  private func give(
    _ file: File, into target: UnsafeMutablePointer<UInt8>
  ) throws(ContrastiveError) {
    if let packed { return try packed.read(file.place, into: target) }
    let path = "\(root)/\(file.name.text)"
    do throws(PictureProblem) {
      let found = try decoder.decode(file.name.path(below: root), into: target)
      if found.stamp != file.stamp {
        throw PictureProblem(text: "has changed while it was used")
      }
    } catch {
      throw .file(path: path, problem: error.text)
    }
  }
}

extension PictureDecoder {
  /// Bytes of what it gives.
  var bytesPerImage: Int { size * size * channels }
}

/// The failure of the first of several pieces of work, whoever did it.
final class FirstFailure: Sendable {
  private let found = Mutex<(position: Int, error: ContrastiveError)?>(nil)

  func note(_ error: ContrastiveError, at position: Int) {
    found.withLock { found in
      if found.map({ position < $0.position }) ?? true { found = (position, error) }
    }
  }

  var error: ContrastiveError? { found.withLock { $0?.error } }
}
