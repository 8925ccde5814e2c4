import ContrastiveCore

/// A batch of images, or of what a layer made of them: Float32 in the order image, row, column,
/// channel (NHWC).
///
/// A value: a copy shares its storage until one of the two is written to.
public struct Activations: Sendable, Equatable {
  /// Number of images.
  public let count: Int
  /// Shape of each of them.
  public let shape: ImageShape
  package private(set) var storage: [Float]

  /// Takes `values` in NHWC order.
  ///
  /// - Parameters:
  ///   - count: number of images, 0 or more.
  ///   - shape: shape of each.
  ///   - values: exactly `count × shape.count` elements.
  /// - Throws: `ContrastiveError.shape` when the counts do not agree.
  public init(count: Int, shape: ImageShape, values: [Float]) throws(ContrastiveError) {
    let (total, overflow) = count.multipliedReportingOverflow(by: shape.count)
    try requireShape(
      count >= 0 && !overflow && values.count == total, "values", "[\(values.count)]",
      "[\(count) × \(shape)]")
    self.init(count: count, shape: shape, sharing: values)
  }

  /// Takes each row of a matrix as a 1 × 1 image, sharing the storage.
  public init(_ matrix: Matrix) {
    self.init(
      count: matrix.rows, shape: .vector(matrix.columns),
      sharing: matrix.storage.count == matrix.rows * matrix.columns
        ? matrix.storage : Array(matrix.values))
  }

  init(count: Int, shape: ImageShape, sharing storage: [Float]) {
    precondition(count >= 0 && storage.count == count * shape.count)
    self.count = count
    self.shape = shape
    self.storage = storage
  }

  /// Activations whose elements `fill` writes; it must write every one of them.
  init(count: Int, shape: ImageShape, filling fill: (SharedMemory<Float>) -> Void) {
    let total = count * shape.count
    self.init(
      count: count, shape: shape,
      sharing: [Float](unsafeUninitializedCapacity: total) { buffer, initialized in
        fill(SharedMemory(UnsafeMutableBufferPointer(rebasing: buffer[..<total])))
        initialized = total
      })
  }

  /// No images.
  package static func none(_ shape: ImageShape) -> Activations {
    Activations(count: 0, shape: shape, sharing: [])
  }

  /// Batches of one shape, one after the other.
  ///
  /// - Parameter batches: at least one, all of one shape.
  /// - Throws: `ContrastiveError.empty` without batches, `.shape` for one of another shape.
  public init(joining batches: [Activations]) throws(ContrastiveError) {
    guard let first = batches.first else { throw .empty(argument: "batches") }
    for (index, batch) in batches.enumerated() where batch.shape != first.shape {
      throw .shape(
        argument: "batches[\(index)]", found: "\(batch.shape)", expected: "\(first.shape)")
    }
    self.init(
      count: batches.reduce(0) { $0 + $1.count }, shape: first.shape,
      sharing: batches.count == 1 ? first.storage : batches.flatMap(\.storage))
  }

  /// The same images in batches of at most `size`.
  func parts(of size: Int) -> [Activations] {
    guard count > size else { return [self] }
    return stride(from: 0, to: count, by: size).map { start in
      let images = start..<min(start + size, count)
      return Activations(
        count: images.count, shape: shape,
        sharing: Array(
          storage[(images.lowerBound * shape.count)..<(images.upperBound * shape.count)]))
    }
  }

  /// All elements in NHWC order.
  public var values: [Float] { storage }

  /// One image a row, sharing the storage: `count` rows of `shape.count` columns.
  public var matrix: Matrix { Matrix(rows: count, columns: shape.count, sharing: storage) }

  func withMemory<R>(_ body: (SharedReadOnlyMemory<Float>) -> R) -> R {
    storage.withUnsafeBufferPointer { body(SharedReadOnlyMemory($0)) }
  }

  mutating func withMutableMemory<R>(_ body: (SharedMemory<Float>) -> R) -> R {
    storage.withUnsafeMutableBufferPointer { body(SharedMemory($0)) }
  }
}
