import ContrastiveCore

/// A seeded share of a data set that is set aside for testing, with as many images of each class as
/// its share asks for.
///
/// `⌊share · count + 1/2⌋` images are set aside: of each class `⌊share · its images⌋`, and one more
/// of those classes whose share was cut by most, ties to the first. Images labeled −1 stay in
/// training where others have a label. Which images of a class is a function of the seed, the
/// class's place and the number of its images.
package struct Holdout: Sendable {
  /// Images for training, in their order.
  package let train: [Int]
  /// Images set aside, in their order.
  package let test: [Int]

  /// Sets a share aside.
  ///
  /// - Parameters:
  ///   - share: 0 ..< 1.
  ///   - count: number of images.
  ///   - labels: one per image, −1 for none; nil for one class.
  ///   - seed: of the draw.
  package init(share: Float, count: Int, labels: [Int]?, seed: UInt64) {
    let labels = labels.flatMap { $0.contains { $0 != -1 } ? $0 : nil }
    var members: [Int: [Int]] = [:]
    for image in 0..<count {
      let label = labels?[image] ?? 0
      if label != -1 { members[label, default: []].append(image) }
    }
    let classes = members.keys.sorted()
    // The decimal number that was meant: Float's 0.1 is a little more.
    let share = Double("\(share)") ?? Double(share)
    let exact = classes.map { share * Double(members[$0]?.count ?? 0) }
    var wanted = exact.map { Int($0 + 1e-9) }
    var rest = Int((exact.reduce(0, +) + 0.5 + 1e-9).rounded(.down)) - wanted.reduce(0, +)
    let order = classes.indices.sorted {
      (exact[$1] - Double(wanted[$1]), $0) < (exact[$0] - Double(wanted[$0]), $1)
    }
    for place in order where rest > 0 {
      wanted[place] += 1
      rest -= 1
    }
    var chosen = [Bool](repeating: false, count: count)
    for (place, label) in classes.enumerated() {
      let images = members[label] ?? []
      var random = CounterRandom.stream(.holdout, seed: seed, place)
      let draw = random.permutation(images.count)
      for index in draw.prefix(min(wanted[place], images.count - 1)) {
        chosen[images[index]] = true
      }
    }
    train = (0..<count).filter { !chosen[$0] }
    test = (0..<count).filter { chosen[$0] }
  }
}
