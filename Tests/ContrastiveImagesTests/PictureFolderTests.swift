import ContrastiveCore
import ContrastiveFiles
import ContrastiveImages
import ContrastiveTraining
import Foundation
import Testing
import _TestSupport

/// Folders of pictures: names, sets, classes, what is left out.
@Suite struct PictureFolderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func names(_ source: any ImageSource) -> [String] {
    (0..<source.count).compactMap { source.name(of: $0) }
  }

  private func read(_ change: (inout ImageReading) -> Void = { _ in }) throws -> ImageFolder {
    var reading = ImageReading()
    reading.imageSize = 8
    change(&reading)
    return try ImageFolder(pictures: folder.path, reading: reading, workers: .one)
  }

  @Test func namesOfEveryKindInTheOrderOfTheirBytes() throws {
    for name in ["b.JPEG", "Z.png", "a/é.WebP", "a/b/c/deep.Jpg", "a.png", "ab.png"] {
      try folder.copyPicture("gray.png", name)
    }
    for name in [".hidden.png", ".dir/x.png", "note.txt", "a/._é.png"] {
      try folder.copyPicture("gray.png", name)
    }
    let data = try read()
    #expect(
      names(data.train) == ["Z.png", "a.png", "a/b/c/deep.Jpg", "a/é.WebP", "ab.png", "b.JPEG"])
    #expect(data.test == nil && data.train.labels == nil && data.classNames.isEmpty)
    #expect("\(data.train.shape)" == "8 × 8 × 1" && data.skipped == [])
    let set = try PictureSet.all(in: "\(folder.path)//", reading: data.reading(8)).pictures
    #expect(names(set) == names(data.train))
  }

  @Test func namesThatAreNoText() throws {
    try folder.copyPicture("gray.png", "x.png")
    let bytes = Array(folder.path.utf8) + Array("/".utf8) + [0xff, 0xfe] + Array(".png".utf8) + [0]
    #expect(rename(folder.file("x.png"), bytes.map { CChar(bitPattern: $0) }) == 0)
    let set = try PictureSet.all(in: folder.path, reading: read().reading(8)).pictures
    #expect(set.path(of: 0) == [0xff, 0xfe] + Array(".png".utf8))
  }

  @Test func aLineBreakIsRefused() throws {
    try folder.copyPicture("gray.png", "a\nb.png")
    #expect(
      throws: ContrastiveError.file(
        path: folder.path,
        problem: "holds a picture whose path has a line break, \"a\\nb.png\"; rename it")
    ) { try read() }
  }

  @Test func setsAndClasses() throws {
    for (set, count) in [("train", 3), ("val", 2)] {
      for label in ["cat", "Dog"] {
        for number in 0..<count {
          try folder.copyPicture("one.png", "\(set)/\(label)/\(number).png")
        }
      }
    }
    try folder.copyPicture("one.png", "other/x.png")
    let data = try read()
    #expect(data.classNames == ["Dog", "cat"])
    #expect(data.train.labels == [0, 0, 0, 1, 1, 1] && data.test?.labels == [0, 0, 1, 1])
    #expect(names(try #require(data.test)).first == "val/Dog/0.png")
    #expect(data.notes == ["1 pictures outside of train/ and val/ are not used."])
    let plain = try read { $0.labels = .none }
    #expect(plain.train.labels == nil && plain.test?.labels == nil && plain.test?.count == 4)
    // A picture at a set's root: no classes.
    try folder.copyPicture("one.png", "val/x.png")
    #expect(try read().classNames.isEmpty)
    // test goes before val.
    try folder.copyPicture("one.png", "test/x.png")
    #expect(names(try #require(try read().test)) == ["test/x.png"])
  }

  @Test func aShareOfEachClassIsSetAside() throws {
    for (label, count) in [("a", 20), ("b", 10), ("c", 5), ("d", 1)] {
      for number in 0..<count { try folder.copyPicture("one.png", "\(label)/\(number).png") }
    }
    func counts(_ source: (any ImageSource)?) -> [Int] {
      (0..<4).map { label in (source?.labels ?? []).count { $0 == label } }
    }
    let data = try read()
    // 3.6 of 36: 2, 1, 0 and 0, and one more of the class that was cut by most.
    #expect(counts(data.test) == [2, 1, 1, 0] && counts(data.train) == [18, 9, 4, 1])
    #expect(try names(#require(read().test)) == names(#require(data.test)))
    #expect(try names(#require(read { $0.seed = 1 }.test)) != names(#require(data.test)))
    #expect(counts(try read { $0.holdout = 0.5 }.test) == [10, 5, 3, 0])
    #expect(try read { $0.holdout = 0 }.test == nil)
    // Without labels nothing is set aside unless it is asked for.
    #expect(try read { $0.labels = .none }.test == nil)
    let half = try read { ($0.labels, $0.holdout) = (.none, 0.25) }
    #expect(half.test?.count == 9 && half.train.count == 27)
  }

  @Test func whatCannotBeDecodedIsLeftOut() throws {
    try folder.copyPicture("gray.png", "a.png")
    try folder.write(Array(try TestPictures.bytes("orientation-1.jpg").prefix(400)), "b.jpg")
    try folder.write("no picture", "c.png")
    try folder.copyPicture("gray.jpg", "d.png")
    symlink(folder.file("gone.png"), folder.file("e.png"))
    let data = try read()
    #expect(names(data.train) == ["a.png", "d.png"])
    // The color of what is left out does not count.
    #expect(data.train.shape.channels == 1)
    let skipped = try #require(data.skipped)
    #expect(skipped.map(\.name) == ["b.jpg", "c.png", "e.png"])
    #expect(
      skipped.map { $0.problem.prefix(17) } == [
        "is a damaged JPEG", "is neither JPEG n", "cannot be opened:",
      ])
    let error = #expect(throws: ContrastiveError.self) { try read { $0.isStrict = true } }
    #expect("\(try #require(error))".hasPrefix("\(folder.file("b.jpg")): is a damaged JPEG"))
  }

  /// The training images do not take the place of test images that are all damaged.
  @Test(arguments: ["test", "val"]) func aSetOfDamageAlone(_ set: String) throws {
    for label in ["a", "b"] {
      for number in 0..<8 {
        try folder.copyPicture("one.png", "train/\(label)/\(number).png")
      }
      try folder.copyPicture("one.png", "\(set)/\(label)/x.png")
      try folder.write("no picture", "\(set)/\(label)/x.png")
    }
    #expect(
      throws: ContrastiveError.file(
        path: folder.file(set), problem: "holds no picture that can be decoded")
    ) { try read() }
    try folder.copyPicture("one.png", "\(set)/a/y.png")
    #expect(names(try #require(try read().test)) == ["\(set)/a/y.png"])
  }

  @Test func nothingToUse() throws {
    let none = #expect(throws: ContrastiveError.self) { try read() }
    #expect("\(try #require(none))".contains("holds no pictures (.jpg, .jpeg, .png, .webp)"))
    try folder.write("x", "a.png")
    let damaged = #expect(throws: ContrastiveError.self) { try read() }
    #expect("\(try #require(damaged))".contains("holds no picture that can be decoded, of 1"))
    #expect(
      throws: ContrastiveError.file(
        path: folder.file("x"), problem: "cannot be opened: No such file or directory")
    ) { try ImageFolder(pictures: folder.file("x")) }
  }

  @Test func linksAreFollowedButNotInCircles() throws {
    try folder.copyPicture("gray.png", "a/x.png")
    symlink(folder.file("a"), folder.file("b"))
    symlink(folder.path, folder.file("a/loop"))
    symlink(folder.file("a/x.png"), folder.file("y.png"))
    #expect(names(try read().train) == ["a/x.png", "b/x.png", "y.png"])
  }
}

extension ImageFolder {
  /// The reading of pictures of a size.
  func reading(_ size: Int) -> ImageReading {
    var reading = ImageReading()
    reading.imageSize = size
    return reading
  }
}

extension TestPictures {
  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }
}

extension TemporaryFolder {
  /// Copies a committed picture, with the folders above it.
  func copyPicture(_ picture: String, _ name: String) throws {
    let path = file(name)
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try write(try TestPictures.bytes(picture), name)
  }
}
