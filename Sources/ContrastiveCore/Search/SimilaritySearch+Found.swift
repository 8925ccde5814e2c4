extension SimilaritySearch {
  /// The best of each row.
  package struct Found: Sendable {
    package let k: Int
    /// [rows × k], row-major: most similar first; −1 after the last where a row has fewer.
    package internal(set) var columns: [Int] = []
    /// Their similarities.
    package internal(set) var similarities: [Double] = []
    /// What bounded the similarities.
    package let screen: Screen
    /// Share of all pairs that were decided in Double.
    package internal(set) var survivors = 0.0

    init(k: Int, screen: Screen) {
      self.k = k
      self.screen = screen
    }

    /// Number of rows.
    package var rows: Int { columns.count / k }

    /// The columns found for a row, most similar first.
    package func columns(of row: Int) -> ArraySlice<Int> {
      columns[(row * k)..<((row + 1) * k)].prefix { $0 >= 0 }
    }

    /// The same rows with those of another search for as many columns after them.
    package func followed(by other: Found) -> Found {
      var all = self
      all.columns += other.columns
      all.similarities += other.similarities
      all.survivors += other.survivors
      return all
    }

    /// The best of each image in the largest similarity to its rows: row r shows image r modulo
    /// `images`.
    ///
    /// They are exact, since an image's best are among the best of the row that attains the
    /// largest. Complexity: O(rows · k · log(rows · k / images)).
    package func best(ofImages images: Int, workers: Workers) -> Found {
      guard images < rows else { return self }
      let (k, rows) = (k, rows)
      let indices = SharedArray(repeating: -1, count: images * k)
      let values = SharedArray(repeating: -Double.infinity, count: images * k)
      let (places, largest) = (indices.memory, values.memory)
      workers.forEachRun(of: images, size: 64) { run in
        for image in run {
          var all: [(similarity: Double, column: Int)] = []
          for row in stride(from: image, to: rows, by: images) {
            for (place, column) in columns(of: row).enumerated() {
              all.append((similarities[row * k + place], column))
            }
          }
          all.sort { ($0.similarity, $1.column) > ($1.similarity, $0.column) }
          var next = image * k
          var seen: Set<Int> = []
          for entry in all where next < (image + 1) * k {
            guard seen.insert(entry.column).inserted else { continue }
            places[next] = entry.column
            largest[next] = entry.similarity
            next += 1
          }
        }
      }
      var found = self
      found.columns = indices.elements
      found.similarities = values.elements
      return found
    }

    /// The rows of all processes, each of which has found its own.
    mutating func gather(_ rows: Int, _ workers: Workers) {
      guard let group = workers.processes else { return }
      let runs = (0..<group.size).map { rank in
        let share = group.share(of: rows, rank: rank)
        return (share.lowerBound * k)..<(share.upperBound * k)
      }
      func all<Element: BitwiseCopyable>(
        _ own: [Element], _ runs: [Range<Int>], zero: Element
      ) -> [Element] {
        var all = [Element](repeating: zero, count: runs[group.size - 1].upperBound)
        all.replaceSubrange(runs[group.rank], with: own)
        all.withMutableSharedMemory { group.gather($0, runs: runs) }
        return all
      }
      columns = all(columns, runs, zero: 0)
      similarities = all(similarities, runs, zero: 0)
      survivors = all([survivors], (0..<group.size).map { $0..<($0 + 1) }, zero: 0).reduce(0, +)
    }
  }
}
