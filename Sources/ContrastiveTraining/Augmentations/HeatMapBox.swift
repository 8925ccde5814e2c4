import Contrastive

extension ContrastiveCrop.Box {
  /// The bounding box of a heat map's values above a threshold.
  ///
  /// The map is brought to 0 … 1, `(M − min) / max(M − min)`, and to the image's size by bilinear
  /// interpolation. The box goes from the first to the last row and column with a number above the
  /// threshold, the last ones themselves in shares of the image, as in the authors' code (Peng et
  /// al., "Crafting Better Contrastive Views for Siamese Representation Learning", CVPR 2022,
  /// §3.2). A constant map, and one that is nowhere above the threshold, gives the whole image.
  ///
  /// - Parameters:
  ///   - map: height × width numbers, by rows.
  ///   - size: height and width of the map, of one channel.
  ///   - shape: shape of the image.
  ///   - threshold: k, 0 … 1.
  package init(heat map: [Float], _ size: ImageShape, in shape: ImageShape, threshold: Float) {
    self = .whole
    guard let low = map.min(), let high = map.max(), high > low, (high - low).isFinite else {
      return
    }
    let unit = map.map { ($0 - low) / (high - low) }
    let target = ImageShape(unchecked: shape.height, shape.width, 1)
    let heat = Activations(count: 1, shape: target) { output in
      unit.withUnsafeBufferPointer { unit in
        guard let unit = unit.baseAddress else { return }
        bilinear(
          unit, size,
          RandomResizedCrop.Rectangle(top: 0, left: 0, height: size.height, width: size.width),
          into: output + 0, target)
      }
    }.values
    let hot = heat.indices.filter { heat[$0] > threshold }
    let columns = hot.map { $0 % shape.width }
    guard let first = hot.first, let last = hot.last, let left = columns.min(),
      let right = columns.max()
    else { return }
    top = Float(first / shape.width) / Float(shape.height)
    bottom = Float(last / shape.width) / Float(shape.height)
    self.left = Float(left) / Float(shape.width)
    self.right = Float(right) / Float(shape.width)
  }
}

extension EpochStart {
  /// The object box of every image, by an encoder's own features.
  ///
  /// An image's heat map is the sum over channels of the features before their mean over positions,
  /// in evaluation mode. In bounded memory.
  ///
  /// - Parameters:
  ///   - encoder: such as the online encoder.
  ///   - threshold: k, 0 … 1.
  ///   - workers: the threads to use; no effect on the result.
  /// - Returns: one box for each image, in the order of the data set.
  /// - Throws: `ContrastiveError`: `.shape` when the images do not fit the encoder, `.canceled`.
  func boxes(
    by encoder: ImageEncoder, threshold: Float, workers: Workers
  ) throws(ContrastiveError) -> [ContrastiveCrop.Box] {
    var boxes = [ContrastiveCrop.Box](repeating: .whole, count: images.count)
    try images.forEachRange(workers: workers) { range throws(ContrastiveError) in
      let maps = try encoder.featureMaps(
        of: images.activations(range, scaling: scaling, workers: workers), workers: workers)
      let (shape, channels) = (images.shape, maps.shape.channels)
      let size = ImageShape(unchecked: maps.shape.height, maps.shape.width, 1)
      maps.withMemory { maps in
        boxes.withUnsafeMutableBufferPointer { boxes in
          let boxes = SharedMemory(boxes)
          workers.forEach(Pieces(range.count, of: 16)) { piece, _ in
            for image in piece {
              let features = maps + image * size.count * channels
              let heat = (0..<size.count).map { position in
                (0..<channels).reduce(Float(0)) { $0 + features[position * channels + $1] }
              }
              boxes[range.lowerBound + image] = ContrastiveCrop.Box(
                heat: heat, size, in: shape, threshold: threshold)
            }
          }
        }
      }
    }
    return boxes
  }
}
