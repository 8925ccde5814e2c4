import ArgumentParser
import Contrastive
import ContrastiveFiles

/// `contrastive kmeans`.
struct KMeansCommand: ZeroRowsCommand {
  static let configuration = CommandConfiguration(
    commandName: "kmeans",
    abstract: "Cluster embeddings: prototypes, assignments and concentrations.",
    discussion: """
      Exactly Lloyd's iteration, with most distances ruled out by bounds or codes. Inputs are \
      .npy, a safetensors file with one tensor, or file:tensor, numbers [n,D]. For each number of \
      clusters m the output holds centroids.m F32 [k,D], assignments.m I64 [n], counts.m I64 [k] \
      and concentrations.m F32 [k] (Li et al. 2021), with m counted from 0. With --hierarchical \
      each clustering after the first is of the normalized centroids of the one before: \
      assignments.m and counts.m are still of the points, concentrations.m of the centroids below, \
      and parents.l I64 is the cluster of each centroid of level l on level l + 1. Clustering m \
      uses seed + m.

      Example:
        contrastive kmeans --input x.npy -c 100 --output clusters.safetensors
      """)

  @Option(name: .shortAndLong, help: "Embeddings: .npy, safetensors, or file:tensor.")
  var input: String

  @Option(name: .shortAndLong, help: "Number of clusters, or several separated by commas.")
  var clusters: String

  @Flag(help: "Cluster the centroids of each clustering for the next.")
  var hierarchical = false

  @Flag(help: "Unit points and unit centroids; the largest dot product is nearest.")
  var spherical = false

  @Option(help: "\(ZeroRows.help)")
  var zeroRows = ZeroRows.refuse

  @Option(help: "Most iterations.")
  var iterations: Int = 20

  @Option(help: "Runs from different seeds; the best is kept.")
  var restarts: Int = 1

  @Option(help: "Random seed.")
  var seed: UInt64 = 0

  @Option(help: "Initial centroids of the first clustering; k-means++ without.")
  var initial: String?

  @Option(help: "Most memory for bounds or codes, in MiB; 0 for none. No effect on the result.")
  var boundsMemory: Int = 2048

  @Option(help: "Mean of the concentrations.")
  var temperature: Float = 0.2

  @Option(name: .shortAndLong, help: "Safetensors file to write, \(OutputFile.help)")
  var output: String

  @Option(
    help: """
      Also write the cluster of each row in each clustering as CSV, to a file or - for \
      standard output.
      """)
  var csv: String?

  @OptionGroup var memory: MemoryOptions
  @OptionGroup var parallel: ParallelOptions
  @OptionGroup var report: ReportOptions

  func run() throws {
    let counts = try clusterCounts()
    try zeroRows.requireUse(with: "--spherical", spherical)
    var options = try KMeans(
      metric: spherical ? .spherical : .euclidean, iterations: iterations, restarts: restarts,
      seed: seed, boundsMemory: try boundsBytes(), zeroRows: zeroRows)
    let workers = try parallel.workers
    guard temperature > 0, temperature.isFinite else {
      throw ContrastiveError.parameter(
        name: "temperature", found: "\(temperature)", expected: "above 0")
    }
    let file = try OutputFile(output, format: .safetensors, inputs: [input, initial])
    let table = try csv.map {
      try OutputFile(
        $0, format: .csv, inputs: [input, initial], option: "csv", besides: file)
    }
    let points = try memory.matrix(path: input)
    if let bytes = memory.bytes { options.boundsMemory = min(options.boundsMemory, bytes / 2) }
    if let initial {
      options = try KMeans(
        metric: options.metric,
        seeding: .given(EmbeddingFiles.matrix(path: initial)), iterations: iterations,
        restarts: restarts, seed: seed, boundsMemory: options.boundsMemory, zeroRows: zeroRows)
    }
    let clock = ContinuousClock()
    var display = KMeansDisplay()
    var started = clock.now
    var seconds: [Double] = []
    func finish() {
      seconds.append((clock.now - started).seconds)
      started = clock.now
    }
    func show(_ index: Int, _ progress: KMeansProgress) -> Bool {
      if index > seconds.count { finish() }
      display.show(progress, clusters: counts[index], iterations: iterations)
      return true
    }
    let results: [KMeansResult]
    let (assignments, parents): ([[Int]], [[Int]])
    if hierarchical {
      let found = try HierarchicalKMeans(
        points, clusters: counts, options: options, argument: input, workers: workers,
        progress: show)
      (results, assignments, parents) = (found.levels, found.assignments, found.parents)
    } else {
      results = try options.fit(
        points, clusters: counts, argument: input, workers: workers, progress: show)
      (assignments, parents) = (results.map(\.assignments), [])
    }
    finish()
    let clusterings = results.enumerated().map { index, result in
      Clustering(
        result: result, assignments: assignments[index], seed: seed &+ UInt64(index),
        seconds: seconds[index],
        memory: options.memory(
          clusters: counts[index], rows: result.assignments.count, dimension: points.columns,
          workers: workers))
    }
    try write(clusterings, parents: parents, to: file, workers: workers)
    try table?.write { line throws(ContrastiveError) in
      try line((["row"] + clusterings.indices.map { "cluster.\($0)" }).joined(separator: ","))
      for row in 0..<points.rows {
        try line(
          (["\(row)"] + clusterings.map { "\($0.assignments[row])" }).joined(separator: ","))
      }
    }
    try report.print(
      KMeansReport(
        rows: points.rows, dimension: points.columns, metric: options.metric.rawValue,
        clusterings: clusterings.map(KMeansReport.Entry.init)),
      beside: file, table)
  }

  private func boundsBytes() throws -> Int {
    guard 0...(1 << 40) ~= boundsMemory else {
      throw ContrastiveError.parameter(
        name: "bounds-memory", found: "\(boundsMemory)", expected: "0 or more MiB")
    }
    return boundsMemory << 20
  }

  private func clusterCounts() throws -> [Int] {
    let counts = try clusters.split(separator: ",", omittingEmptySubsequences: false).map {
      guard let count = Int($0), count > 0 else {
        throw ContrastiveError.parameter(
          name: "clusters", found: clusters,
          expected: "whole numbers of at least 1, separated by commas")
      }
      return count
    }
    if hierarchical, zip(counts, counts.dropFirst()).contains(where: { $0 < $1 }) {
      throw ContrastiveError.parameter(
        name: "clusters", found: clusters, expected: "levels that do not grow")
    }
    return counts
  }

  private func write(
    _ clusterings: [Clustering], parents: [[Int]], to file: OutputFile, workers: Workers
  ) throws {
    var tensors: [String: Tensor] = [:]
    for (index, clustering) in clusterings.enumerated() {
      tensors["centroids.\(index)"] = Tensor(clustering.result.centroids)
      tensors["assignments.\(index)"] = Tensor(.int64(clustering.assignments.map(Int64.init)))
      tensors["counts.\(index)"] = Tensor(.int64(clustering.counts))
      tensors["concentrations.\(index)"] = Tensor(
        .float32(
          try clustering.result.concentrations(temperature: temperature, workers: workers)))
    }
    for (level, parent) in parents.enumerated() {
      tensors["parents.\(level)"] = Tensor(.int64(parent.map(Int64.init)))
    }
    try file.write(tensors)
  }
}

/// A finished clustering and what the report says of it.
struct Clustering {
  let result: KMeansResult
  /// The cluster of each point, on every level.
  let assignments: [Int]
  let seed: UInt64
  let seconds: Double
  /// What `KMeans.memory` states.
  let memory: Int

  /// Points in each cluster.
  var counts: [Int64] {
    var counts = [Int64](repeating: 0, count: result.centroids.rows)
    for cluster in assignments { counts[cluster] += 1 }
    return counts
  }
}
