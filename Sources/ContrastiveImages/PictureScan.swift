import CLibrary
import ContrastiveCore
import ContrastiveFiles
import ContrastiveTraining

/// The pictures below a folder: files whose names end in .jpg, .jpeg, .png or .webp in any case, at
/// any depth, in the order of their paths' bytes.
///
/// What begins with a dot is passed over. Links are followed; a link to a folder that it lies in is
/// not. A file that can be reached by several names is there under each.
struct PictureScan {
  /// Paths below the folder.
  private(set) var files: [FileName] = []
  /// Other files, which are passed over.
  private(set) var otherFiles = 0
  private let root: String

  private static let endings = [".jpg", ".jpeg", ".png", ".webp"]

  /// Looks through a folder.
  ///
  /// - Throws: `ContrastiveError.file` for a folder that cannot be read, and for a picture whose
  ///   path has a line break, which no list of names could hold.
  init(_ root: String) throws(ContrastiveError) {
    self.root = root
    try enter(FileName([]), inside: [])
    files.sort()
  }

  /// A folder by device and inode.
  private struct Identity: Hashable {
    let device: dev_t
    let inode: ino_t
  }

  private mutating func enter(
    _ folder: FileName, inside folders: Set<Identity>
  ) throws(ContrastiveError) {
    let path = folder.path(below: root)
    var status = stat()
    guard stat(path, &status) == 0, let stream = opendir(path) else {
      throw .file(
        path: folder.bytes.isEmpty ? root : "\(root)/\(folder.text)",
        problem: "cannot be opened: \(String(cString: strerror(errno)))")
    }
    let identity = Identity(device: status.st_dev, inode: status.st_ino)
    guard !folders.contains(identity) else {
      closedir(stream)
      return
    }
    for name in Self.names(in: stream) {
      let file = folder.appending(name)
      let isFolder =
        stat(file.path(below: root), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      if isFolder {
        try enter(file, inside: folders.union([identity]))
      } else if Self.isPicture(name) {
        guard !file.hasLineBreak else {
          let shown = file.text.replacing("\n", with: "\\n").replacing("\r", with: "\\r")
          throw .file(
            path: root,
            problem: "holds a picture whose path has a line break, \"\(shown)\"; rename it")
        }
        files.append(file)
      } else {
        otherFiles += 1
      }
    }
  }

  /// The names in a folder that do not begin with a dot; the stream is closed.
  private static func names(in stream: OpaquePointer) -> [[UInt8]] {
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    // An entry is as long as its name, so the name is read where it is.
    let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
    while let entry = readdir(stream) {
      let start = (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: UInt8.self)
      let length = strlen((UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self))
      guard length > 0, start[0] != UInt8(ascii: ".") else { continue }
      names.append(Array(UnsafeBufferPointer(start: start, count: length)))
    }
    return names
  }

  private static func isPicture(_ name: [UInt8]) -> Bool {
    let end = String(decoding: name.suffix(5), as: UTF8.self).lowercased()
    return endings.contains { end.hasSuffix($0) }
  }
}

/// The pictures of a folder as sets and classes.
struct PictureSets {
  /// For training and for testing, paths below the folder; test is nil where there is no such set.
  let train: [FileName]
  let test: [FileName]?
  /// Names of the classes in the order of their bytes; empty where there are none.
  let classNames: [FileName]
  /// Pictures in neither set.
  let others: Int
  /// The name of the folder of the test set.
  let testName: String?
  /// What comes before the classes' folders in every path.
  private let hasSetFolders: Bool

  /// Finds sets and classes by the folders' names.
  ///
  /// - Parameters:
  ///   - files: sorted.
  ///   - labels: whether classes are wanted.
  init(_ files: [FileName], labels: LabelUse) {
    var sets: [String: [FileName]] = [:]
    for file in files {
      let first = file.firstFolder.map { String(decoding: $0, as: UTF8.self) } ?? ""
      if ["train", "test", "val"].contains(first) { sets[first, default: []].append(file) }
    }
    testName = sets["train"] == nil ? nil : ["test", "val"].first { sets[$0] != nil }
    // A folder of training images alone is that of the set, not of a class.
    hasSetFolders = testName != nil || sets["train"]?.count == files.count
    train = hasSetFolders ? sets["train"] ?? [] : files
    test = testName.flatMap { sets[$0] }
    others = files.count - train.count - (test?.count ?? 0)
    classNames = labels == .none ? [] : Self.classes(train + (test ?? []), hasSetFolders)
  }

  /// The folders that pictures lie in; none when one lies at a set's root.
  private static func classes(_ files: [FileName], _ hasSetFolders: Bool) -> [FileName] {
    var names: Set<FileName> = []
    for file in files {
      guard let folder = below(file, hasSetFolders).firstFolder else { return [] }
      names.insert(FileName(folder))
    }
    return names.sorted()
  }

  private static func below(_ file: FileName, _ hasSetFolders: Bool) -> FileName {
    hasSetFolders ? file.withoutFirstFolder : file
  }

  /// The label of each picture; nil where there are no classes.
  func labels(of files: [FileName]) -> [Int]? {
    guard !classNames.isEmpty else { return nil }
    let places = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
    return files.map { file in
      Self.below(file, hasSetFolders).firstFolder.flatMap { places[FileName($0)] } ?? -1
    }
  }
}
