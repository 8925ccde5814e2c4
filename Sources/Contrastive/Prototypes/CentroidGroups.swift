/// Centroids in groups: one lower bound for each point and group stands for all of its centroids.
struct CentroidGroups: Sendable {
  /// Group g is `members[starts[g] ..< starts[g + 1]]`, ascending.
  let starts: [UInt32]
  let members: [UInt32]
  /// The group of each centroid.
  let group: [UInt32]

  var count: Int { starts.count - 1 }

  /// Runs of `size` centroids by index.
  init(centroids: Int, runsOf size: Int) {
    self.init(group: (0..<centroids).map { UInt32($0 / size) }, count: pieces(centroids, size))
  }

  /// Centroids near each other: by k-means on the centroids themselves.
  ///
  /// Groups do not affect the result; those of equal centroids are runs by index.
  init(of centroids: Matrix, count: Int, workers: Workers) {
    let found = try? KMeans(
      seeding: .randomPoints, iterations: 5, strategy: .exhaustive
    ).fit(centroids, clusters: count, workers: workers)
    if let found {
      self.init(group: found.assignments.map(UInt32.init), count: count)
    } else {
      self.init(centroids: centroids.rows, runsOf: pieces(centroids.rows, count))
    }
  }

  private init(group: [UInt32], count: Int) {
    var starts = [UInt32](repeating: 0, count: count + 1)
    for own in group { starts[Int(own) + 1] += 1 }
    for index in 0..<count { starts[index + 1] += starts[index] }
    var places = starts
    var members = [UInt32](repeating: 0, count: group.count)
    for (centroid, own) in group.enumerated() {
      members[Int(places[Int(own)])] = UInt32(centroid)
      places[Int(own)] += 1
    }
    self.starts = starts
    self.members = members
    self.group = group
  }
}

/// The same as workers read it.
struct GroupTables: Sendable {
  let starts: SharedReadOnlyMemory<UInt32>
  let members: SharedReadOnlyMemory<UInt32>
  let group: SharedReadOnlyMemory<UInt32>

  var count: Int { starts.count - 1 }
}

extension CentroidGroups {
  func withTables<R>(_ body: (GroupTables) -> R) -> R {
    [starts, members, group].withSharedMemories {
      body(GroupTables(starts: $0[0], members: $0[1], group: $0[2]))
    }
  }
}
