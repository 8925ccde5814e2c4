/// What the columns are to the anchors of several views: own views, false negatives, or neither.
///
/// Anchor (v, i) is row v·N + i; the first V·N columns are in the same order.
struct AnchorColumns: Sendable {
  /// V.
  let views: Int
  /// Columns of each image, ascending.
  let falseNegatives: [[Int]]
  /// Whether false negatives are positives; otherwise they take no part.
  let attracts: Bool

  enum Role {
    case positive, negative, dropped
  }

  /// N.
  var images: Int { falseNegatives.count }

  /// What a column that is not the anchor itself is to it.
  func role(of column: Int, for anchor: Int) -> Role {
    let image = anchor % images
    if column < views * images, column % images == image { return .positive }
    guard finds(column, image: image) else { return .negative }
    return attracts ? .positive : .dropped
  }

  /// ∂(anchor's loss)/∂u for a column of a similarity.
  func coefficient(
    _ margins: PositiveMargins, _ anchor: Int, _ column: Int, _ similarity: Double
  ) -> Double {
    switch role(of: column, for: anchor) {
    case .positive: margins.positive(anchor, similarity)
    case .negative: margins.negative(anchor, similarity)
    case .dropped: 0
    }
  }

  /// Each anchor's own other views and false negatives, and the anchors that list it: with the
  /// anchors as columns, a list that goes both ways.
  func listsBothWays(_ workers: Workers) -> RowLists {
    var finders = [[Int]](repeating: [], count: views * images)
    for (image, columns) in falseNegatives.enumerated() {
      for column in columns { finders[column].append(image) }
    }
    let finding = finders
    var lists = [[Int]](repeating: [], count: views * images)
    lists.withUnsafeMutableBufferPointer { lists in
      let lists = SharedMemory(lists)
      workers.forEach(views * images) { anchor, _ in
        var list = own(anchor) + falseNegatives[anchor % images]
        for image in finding[anchor] {
          for view in 0..<views where !finds(view * images + image, image: anchor % images) {
            list.append(view * images + image)
          }
        }
        lists[anchor] = list
      }
    }
    return RowLists(lists, isSymmetric: true)
  }

  private func own(_ anchor: Int) -> [Int] {
    (0..<views).map { $0 * images + anchor % images }.filter { $0 != anchor }
  }

  /// Whether a column is among an image's false negatives.
  private func finds(_ column: Int, image: Int) -> Bool {
    let columns = falseNegatives[image]
    var (low, high) = (0, columns.count)
    while low < high {
      let middle = (low + high) / 2
      if columns[middle] < column { low = middle + 1 } else { high = middle }
    }
    return low < columns.count && columns[low] == column
  }
}
